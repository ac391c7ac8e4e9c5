/** saveBlob hands data to the browser as a download. */
export const saveBlob = (name: string, blob: Blob): void => {
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  // The browser reads the blob after the click returns; a minute is more than it needs.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
};

/** saveFile hands text to the browser as a download. */
export const saveFile = (name: string, type: string, text: string): void => saveBlob(name, new Blob([text], { type: `${type};charset=utf-8` }));
