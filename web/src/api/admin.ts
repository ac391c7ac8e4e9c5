import type {
  Destination,
  EncryptionConfig,
  GroupChange,
  ImpactGraph,
  IndexingRule,
  Insight,
  InsightEvent,
  InsightQuery,
  InsightSummary,
  PolicyChange,
  ResourcePolicy,
  RuleChange,
  SamplingRuleRecord,
  Tag,
} from './adminTypes';
import { post, request } from './client';
import type { DaemonsResponse, SamplingMatchRequest, SamplingMatchResponse, SamplingTrendResponse } from './rayscope.gen';
import type { GroupSummary } from './types';

interface Page {
  NextToken: string | null;
}

/** The operations of the pages for insights, groups, sampling and settings; all reject with ApiError. */
export const admin = {
  insightSummaries: (query: InsightQuery, signal: AbortSignal) => post<Page & { InsightSummaries: InsightSummary[] | null }>('/InsightSummaries', query, signal),
  insight: (InsightId: string, signal: AbortSignal) => post<{ Insight: Insight }>('/Insight', { InsightId }, signal),
  insightEvents: (InsightId: string, NextToken: string | null, signal: AbortSignal) =>
    post<Page & { InsightEvents: InsightEvent[] | null }>('/InsightEvents', { InsightId, ...(NextToken === null ? {} : { NextToken }) }, signal),
  impactGraph: (InsightId: string, StartTime: number, EndTime: number, signal: AbortSignal) => post<ImpactGraph>('/InsightImpactGraph', { InsightId, StartTime, EndTime }, signal),

  createGroup: (group: GroupChange & { Tags: Tag[] }) => post<{ Group: GroupSummary }>('/CreateGroup', group),
  updateGroup: (group: GroupChange) => post<{ Group: GroupSummary }>('/UpdateGroup', group),
  deleteGroup: (GroupName: string) => post<unknown>('/DeleteGroup', { GroupName }),

  rules: (signal: AbortSignal) => post<{ SamplingRuleRecords: SamplingRuleRecord[] | null }>('/GetSamplingRules', {}, signal),
  createRule: (SamplingRule: RuleChange, Tags: Tag[]) => post<{ SamplingRuleRecord: SamplingRuleRecord }>('/CreateSamplingRule', { SamplingRule: { ...SamplingRule, Version: 1 }, Tags }),
  updateRule: (SamplingRuleUpdate: RuleChange) => post<{ SamplingRuleRecord: SamplingRuleRecord }>('/UpdateSamplingRule', { SamplingRuleUpdate }),
  deleteRule: (RuleName: string) => post<unknown>('/DeleteSamplingRule', { RuleName }),
  trend: (signal: AbortSignal) => request<SamplingTrendResponse>('/rayscope/v1/sampling/trend', { signal }),
  match: (query: SamplingMatchRequest, signal: AbortSignal) => post<SamplingMatchResponse>('/rayscope/v1/sampling/match', query, signal),

  tags: (ResourceARN: string, signal: AbortSignal) => post<{ Tags: Tag[] | null }>('/ListTagsForResource', { ResourceARN }, signal),
  tag: (ResourceARN: string, Tags: Tag[]) => post<unknown>('/TagResource', { ResourceARN, Tags }),
  untag: (ResourceARN: string, TagKeys: string[]) => post<unknown>('/UntagResource', { ResourceARN, TagKeys }),

  encryption: (signal: AbortSignal) => post<{ EncryptionConfig: EncryptionConfig }>('/EncryptionConfig', {}, signal),
  putEncryption: (config: { Type: string; KeyId?: string }) => post<{ EncryptionConfig: EncryptionConfig }>('/PutEncryptionConfig', config),
  policies: (signal: AbortSignal) => post<{ ResourcePolicies: ResourcePolicy[] | null }>('/ListResourcePolicies', {}, signal),
  putPolicy: (policy: PolicyChange) => post<{ ResourcePolicy: ResourcePolicy }>('/PutResourcePolicy', policy),
  deletePolicy: (PolicyName: string, PolicyRevisionId: string) => post<unknown>('/DeleteResourcePolicy', { PolicyName, PolicyRevisionId }),
  indexing: (signal: AbortSignal) => post<{ IndexingRules: IndexingRule[] }>('/GetIndexingRules', {}, signal),
  putIndexing: (DesiredSamplingPercentage: number) => post<{ IndexingRule: IndexingRule }>('/UpdateIndexingRule', { Name: 'Default', Rule: { Probabilistic: { DesiredSamplingPercentage } } }),
  destination: (signal: AbortSignal) => post<{ Destination: Destination }>('/GetTraceSegmentDestination', {}, signal),
  putDestination: (destination: Destination) => post<{ Destination: Destination }>('/UpdateTraceSegmentDestination', { Destination: destination }),
  daemons: (signal: AbortSignal) => request<DaemonsResponse>('/rayscope/v1/daemons', { signal }),
};

/** saveTags makes the tags of a resource what `next` says; what did not change is not sent. */
export const saveTags = async (arn: string, before: Tag[], next: Tag[]): Promise<void> => {
  const gone = before.filter(({ Key }) => next.every((tag) => tag.Key !== Key)).map(({ Key }) => Key);
  const set = next.filter(({ Key, Value }) => before.every((tag) => tag.Key !== Key || tag.Value !== Value));
  // Removed first: there is a limit to how many a resource may have.
  if (gone.length > 0) await admin.untag(arn, gone);
  if (set.length > 0) await admin.tag(arn, set);
};
