import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import { memo, useState } from 'react';
import { useNavigate } from 'react-router';
import { api } from '../../api/client';
import { htmlWith } from '../../trace/exportHtml';
import { paths } from '../../url/paths';
import { saveFile } from '../../util/saveFile';
import { fileText } from '../../trace/traceFile';
import type { TraceTree } from '../../trace/tree';
import { usePlace } from './place';

const save = async (tree: TraceTree, kind: string): Promise<void> => {
  if (kind === 'json') saveFile(`trace-${tree.id}.json`, 'application/json', fileText([tree.source]));
  else saveFile(`trace-${tree.id}.html`, 'text/html', htmlWith(await api.viewer(), tree.source));
};

/** What can be done with a trace as a whole. */
export const TraceActions = memo(({ tree }: { tree: TraceTree }) => {
  const place = usePlace();
  const navigate = useNavigate();
  const [failure, setFailure] = useState<string | null>(null);
  const download = (kind: string): void => {
    setFailure(null);
    save(tree, kind).catch((cause: unknown) => setFailure(cause instanceof Error ? cause.message : String(cause)));
  };
  return (
    <div className="rs-actions">
      {place === 'server' && <Button onClick={() => void navigate(paths.compare(tree.id))}>Compare</Button>}
      {place === 'alone' ? (
        <Button onClick={() => download('json')}>Download as JSON</Button>
      ) : (
        <ButtonDropdown
          items={[
            { id: 'json', text: 'As JSON', secondaryText: 'The documents, to open here or with other programs' },
            { id: 'html', text: 'As a page', secondaryText: 'One HTML file that opens without a server' },
          ]}
          onItemClick={({ detail }) => download(detail.id)}
        >
          Download
        </ButtonDropdown>
      )}
      {failure !== null && (
        <Alert type="error" header="The trace could not be saved" dismissible onDismiss={() => setFailure(null)}>
          {failure}
        </Alert>
      )}
    </div>
  );
});
TraceActions.displayName = 'TraceActions';
