import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';

interface ProblemProps {
  /** What could not be done: "The map could not be loaded". */
  what: string;
  error: Error;
  retry: () => unknown;
}

/** A failure as a sentence with a way on. */
export const Problem = ({ what, error, retry }: ProblemProps) => (
  <Alert type="error" header={what} action={<Button onClick={() => void retry()}>Try again</Button>}>
    {error.message}
  </Alert>
);
