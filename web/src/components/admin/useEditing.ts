import { useState } from 'react';
import { editingCodec, type Editing } from '../../url/adminUrl';
import { useUrlState } from '../../url/urlState';

/** useEditing is the state of a page of named things: what is edited, which stands in the URL, what is about to be deleted, and what was done last. */
export const useEditing = () => {
  const [{ edit }, change] = useUrlState(editingCodec);
  const [deleting, setDeleting] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  return {
    edit,
    deleting,
    setDeleting,
    said,
    open: (next: Editing['edit']): void => {
      setSaid('');
      change({ edit: next });
    },
    cancel: (): void => change({ edit: null }),
    done: (text: string): void => {
      setSaid(text);
      setDeleting(null);
      change({ edit: null });
    },
  };
};
