import { useRouteError } from 'react-router';

/** What is left when the console itself fails: a sentence and a way out. */
export const CrashPage = () => {
  const error = useRouteError();
  return (
    <main className="rs-main">
      <div className="rs-card rs-empty" role="alert">
        <h1 className="rs-h1">The console stumbled</h1>
        <p>This is a defect of the console, not of your data. {error instanceof Error ? `It says: ${error.message}` : ''}</p>
        <a className="rs-link" href="/">
          Load the console afresh
        </a>
      </div>
    </main>
  );
};
