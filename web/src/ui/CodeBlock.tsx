import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';

/** Text to take away, with a button that copies it. */
export const CodeBlock = ({ code, label }: { code: string; label: string }) => (
  <div className="rs-code">
    {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard */}
    <pre className="rs-mono" role="region" aria-label={label} tabIndex={0}>
      {code}
    </pre>
    <div className="rs-code-copy">
      <CopyToClipboard
        copyButtonAriaLabel={`Copy: ${label}`}
        copyErrorText="Copying failed. Select the text and copy it by hand."
        copySuccessText="Copied"
        textToCopy={code}
        variant="icon"
      />
    </div>
  </div>
);
