import { Link } from 'react-router';
import { paths } from '../url/paths';
import { useTitle } from '../util/useTitle';

const NotFoundPage = () => {
  useTitle('Not found');
  return (
    <div className="rs-card rs-empty">
      <h1 className="rs-h1">There is no such page</h1>
      <p>The address may be mistyped.</p>
      <Link className="rs-link" to={paths.home()}>
        Go to Home
      </Link>
    </div>
  );
};

export default NotFoundPage;
