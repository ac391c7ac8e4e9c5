import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from './client';
import type { PutTargetRequest, Target, TargetsResponse } from './rayscope.gen';

const key = ['targets'];

export interface GroupTarget {
  target: Target;
  /** Whose target it is: the group's own, that of all requests, or the default that counts until somebody sets one. */
  from: 'own' | 'all' | 'default';
}

/** targetOf finds what counts for a group; the empty name means all requests. */
export const targetOf = ({ Default, Targets }: TargetsResponse, group: string): GroupTarget => {
  const own = Targets.find(({ GroupName }) => GroupName === group);
  if (own !== undefined) return { target: own, from: 'own' };
  const all = Targets.find(({ GroupName }) => GroupName === '');
  return all === undefined ? { target: Default, from: 'default' } : { target: all, from: 'all' };
};

/** What is wanted of the requests of a group. */
export const useTarget = (group: string) =>
  useQuery({ queryKey: key, queryFn: ({ signal }) => api.targets(signal), select: (answer) => targetOf(answer, group), staleTime: 60_000 });

export const usePutTarget = () => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (target: PutTargetRequest) => api.putTarget(target, new AbortController().signal),
    onSuccess: () => queries.invalidateQueries({ queryKey: key }),
  });
};
