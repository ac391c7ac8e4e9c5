import { useEffect } from 'react';

/** useTitle names the browser tab. */
export const useTitle = (title: string): void => {
  useEffect(() => {
    document.title = `${title} · Rayscope`;
  }, [title]);
};
