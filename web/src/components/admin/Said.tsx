import StatusIndicator from '@cloudscape-design/components/status-indicator';

/** What has just been done, seen and heard. The region stays, so that readers of the screen notice when text comes into it. */
export const Said = ({ text }: { text: string }) => (
  <div role="status" className={text === '' ? 'rs-visually-hidden' : undefined}>
    {text !== '' && <StatusIndicator type="success">{text}</StatusIndicator>}
  </div>
);
