import { FirstSteps } from '../components/start/FirstSteps';
import { useTitle } from '../util/useTitle';

/** How to begin, at any time. */
const StartPage = () => {
  useTitle('Get started');
  return <FirstSteps />;
};

export default StartPage;
