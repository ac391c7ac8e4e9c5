import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import { memo } from 'react';
import { Facts, type Fact } from '../../ui/Facts';
import { StatusIcon } from '../../ui/StatusIcon';
import { TimeText } from '../../ui/TimeText';
import type { Entity } from '../../trace/entity';
import { countOf, durationText } from '../../util/format';
import type { Story } from '../../trace/story';
import type { TraceTree } from '../../trace/tree';

interface TraceHeadProps {
  tree: TraceTree;
  root: Entity | undefined;
  story: Story;
  onSelect: (id: string) => void;
}

const subjectOf = (root: Entity | undefined): string => {
  if (root === undefined) return 'This trace';
  return root.http.method === null ? `The work of ${root.name}` : `This ${root.http.method} request to ${root.name}`;
};

const titleOf = (root: Entity | undefined): string => root?.http.url ?? root?.name ?? 'Trace';

const factsOf = (tree: TraceTree, root: Entity | undefined): Fact[] => [
  { label: 'When', value: <TimeText epoch={tree.start} /> },
  { label: 'Total duration', value: durationText(tree.end - tree.start) },
  { label: 'Services', value: countOf(tree.services.length, 'service') },
  ...(root?.user == null ? [] : [{ label: 'User', value: root.user }]),
  ...(root?.http.clientIp == null ? [] : [{ label: 'Client IP', value: root.http.clientIp }]),
];

/** What the trace was about and how it ended, in words. */
export const TraceHead = memo(({ tree, root, story, onSelect }: TraceHeadProps) => (
  <section className="rs-card rs-pad rs-story" aria-label="Result">
    <p className="rs-story-result">
      <StatusIcon status={story.status} size={22} />
      <span>
        {subjectOf(root)} <strong>{story.result}</strong>.
        {story.reasons.map(({ text, place, said, about }) => (
          <span key={text} className="rs-story-reason">
            {text}{' '}
            <button type="button" className="rs-linkbutton" onClick={() => onSelect(about)}>
              {/* A button is one piece to the line: a colon behind it would begin the next. */}
              {place}
              {said !== null && ':'}
            </button>{' '}
            {said}
          </span>
        ))}
      </span>
    </p>
    <Facts facts={factsOf(tree, root)} wide />
  </section>
));
TraceHead.displayName = 'TraceHead';

/** The heading of the page, with the id to take away. */
export const TraceTitle = memo(({ tree, root }: { tree: TraceTree; root: Entity | undefined }) => (
  <div>
    <h1 className="rs-h1 rs-tracetitle">{titleOf(root)}</h1>
    <span className="rs-idline rs-mono rs-muted">
      {tree.id}
      <CopyToClipboard variant="icon" textToCopy={tree.id} copyButtonAriaLabel="Copy the trace id" copySuccessText="Copied" copyErrorText="Copying failed" />
    </span>
  </div>
));
TraceTitle.displayName = 'TraceTitle';
