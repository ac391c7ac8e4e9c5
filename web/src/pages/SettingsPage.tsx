import '../styles/admin.css';
import { DaemonsCard } from '../components/settings/DaemonsCard';
import { DestinationCard } from '../components/settings/DestinationCard';
import { EncryptionCard } from '../components/settings/EncryptionCard';
import { IndexingCard } from '../components/settings/IndexingCard';
import { PoliciesCard } from '../components/settings/PoliciesCard';
import { ServerCard } from '../components/settings/ServerCard';
import { StorageCard } from '../components/storage/StorageCard';
import { useTitle } from '../util/useTitle';

/** How the server and the account are set up. */
const SettingsPage = () => {
  useTitle('Settings');
  return (
    <>
      <div className="rs-pagehead">
        <div>
          <h1 className="rs-h1">Settings</h1>
          <p className="rs-note">How this server is set up, and which daemons report to it.</p>
        </div>
      </div>
      <div className="rs-settings">
        <ServerCard />
        <StorageCard />
        <DaemonsCard />
        <EncryptionCard />
        <PoliciesCard />
        <IndexingCard />
        <DestinationCard />
      </div>
    </>
  );
};

export default SettingsPage;
