import { useMutation, useQuery } from '@tanstack/react-query';
import { sendTestTrace, type Arrived } from '../util/testTrace';
import { api } from './client';

/** The answers change while somebody mends the set-up: often enough to watch, seldom enough to read. */
const checksMs = 10_000;
const storageMs = 60_000;

export const useChecks = () =>
  useQuery({ queryKey: ['checks'], queryFn: ({ signal }) => api.checks(signal), refetchInterval: checksMs });

export const useStorage = () =>
  useQuery({ queryKey: ['storage'], queryFn: ({ signal }) => api.storage(signal), refetchInterval: storageMs });

/** Sends a trace from the browser and finds it again. */
export const useTestTrace = () => useMutation({ mutationFn: (): Promise<Arrived> => sendTestTrace(api, Date.now) });
