import Alert from '@cloudscape-design/components/alert';
import Tabs from '@cloudscape-design/components/tabs';
import type { Info } from '../../api/rayscope.gen';
import { CodeBlock } from '../../ui/CodeBlock';
import { reachable, snippetsFor, snippetTabs, type Addresses, type Snippet } from '../../util/snippets';

const addressesOf = (info: Info): Addresses => ({
  endpoint: location.origin,
  daemon: reachable(info.Daemon, location.hostname),
  region: info.Region,
});

const Steps = ({ snippet, daemonOff }: { snippet: Snippet; daemonOff: boolean }) => (
  <ol className="rs-steps">
    {snippet.needsDaemon && daemonOff && (
      <Alert type="warning" header="This server's daemon listener is off">
        SDKs send to a daemon. Start Rayscope with --daemon-listen 127.0.0.1:2000, or run “rayscope daemon” beside your program.
      </Alert>
    )}
    {snippet.steps.map(({ say, code }) => (
      <li key={say}>
        <p>{say}</p>
        <CodeBlock code={code} label={`${snippet.title}: ${say}`} />
      </li>
    ))}
  </ol>
);

/** Programs that send a first trace, by language. */
export const Snippets = ({ info }: { info: Info }) => {
  const addresses = addressesOf(info);
  const snippets = snippetsFor(addresses);
  return (
    <Tabs
      ariaLabel="Language"
      tabs={snippetTabs.map((id) => ({
        id,
        label: snippets[id].title,
        content: <Steps snippet={snippets[id]} daemonOff={addresses.daemon === null} />,
      }))}
    />
  );
};
