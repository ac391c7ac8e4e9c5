import { useMutation } from '@tanstack/react-query';
import { useForget } from '../../api/adminQueries';

/** useSave writes something to the server; then what was read of the keys is read again, before `done` is called. */
export const useSave = <T = undefined>(write: (value: T) => Promise<unknown>, keys: string[], done: () => void) => {
  const forget = useForget();
  return useMutation({
    mutationFn: write,
    onSuccess: async () => {
      await Promise.all(keys.map(forget));
      done();
    },
  });
};
