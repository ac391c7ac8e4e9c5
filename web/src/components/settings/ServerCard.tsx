import { useServerInfo } from '../../api/queries';
import { Facts } from '../../ui/Facts';
import { Card } from './Card';

/** What the server is. */
export const ServerCard = () => {
  const query = useServerInfo();
  return (
    <Card title="This server" about="Set by flags or environment when it starts." from={query}>
      {query.data !== undefined && (
        <div className="rs-pad">
          <Facts
            facts={[
              { label: 'Version', value: query.data.Version },
              { label: 'Account', value: query.data.Account },
              { label: 'Region', value: query.data.Region },
              { label: 'API and console', value: query.data.Listen },
              { label: 'For SDKs (UDP and TCP)', value: query.data.Daemon === '' ? 'off' : query.data.Daemon },
            ]}
          />
        </div>
      )}
    </Card>
  );
};
