/** The wire shapes of the operations that the pages for insights, groups, sampling and settings call. */
import type { EpochSeconds, InsightsConfiguration, ServiceId } from './types';

export interface Tag {
  Key: string;
  Value: string;
}

export interface Impact {
  FaultCount: number | null;
  OkCount: number | null;
  TotalCount: number | null;
}

/** What an insight and each of its events tell. */
export interface InsightState {
  Summary: string | null;
  ClientRequestImpactStatistics: Impact | null;
  RootCauseServiceRequestImpactStatistics: Impact | null;
  TopAnomalousServices: { ServiceId: ServiceId | null }[] | null;
}

export type InsightPhase = 'ACTIVE' | 'CLOSED';

export interface Insight extends InsightState {
  InsightId: string;
  GroupARN: string | null;
  GroupName: string | null;
  RootCauseServiceId: ServiceId | null;
  Categories: string[] | null;
  State: InsightPhase;
  StartTime: EpochSeconds;
  EndTime: EpochSeconds | null;
}

export interface InsightSummary extends Insight {
  LastUpdateTime: EpochSeconds | null;
}

export interface InsightEvent extends InsightState {
  EventTime: EpochSeconds;
}

export interface InsightQuery {
  GroupName: string;
  StartTime: EpochSeconds;
  EndTime: EpochSeconds;
  States?: InsightPhase[];
  NextToken?: string;
}

export interface ImpactService {
  ReferenceId: number;
  Type: string | null;
  Name: string | null;
  AccountId: string | null;
  Edges: { ReferenceId: number }[] | null;
}

export interface ImpactGraph {
  Services: ImpactService[] | null;
}

export interface GroupChange {
  GroupName: string;
  FilterExpression?: string;
  InsightsConfiguration: InsightsConfiguration;
}

export interface RateBoost {
  MaxRate: number;
  CooldownWindowMinutes: number;
}

/** What can be set of a sampling rule. */
export interface RuleChange {
  RuleName: string;
  Priority?: number;
  FixedRate: number;
  ReservoirSize: number;
  ServiceName?: string;
  ServiceType?: string;
  Host?: string;
  HTTPMethod?: string;
  URLPath?: string;
  ResourceARN?: string;
  Attributes?: Record<string, string>;
  SamplingRateBoost?: RateBoost;
}

export interface SamplingRule extends Required<Omit<RuleChange, 'Attributes' | 'SamplingRateBoost'>> {
  RuleARN: string;
  /** null if the rule was made without. */
  Attributes: Record<string, string> | null;
  SamplingRateBoost?: RateBoost | null;
}

export interface SamplingRuleRecord {
  SamplingRule: SamplingRule;
  CreatedAt: EpochSeconds;
  ModifiedAt: EpochSeconds;
}

export interface EncryptionConfig {
  Type: 'NONE' | 'KMS';
  KeyId: string | null;
  Status: string;
}

export interface ResourcePolicy {
  PolicyName: string;
  PolicyDocument: string;
  PolicyRevisionId: string;
  LastUpdatedTime: EpochSeconds | null;
}

export interface PolicyChange {
  PolicyName: string;
  PolicyDocument: string;
  /** What the policy was when it was read; "0" for a new one. */
  PolicyRevisionId: string;
  BypassPolicyLockoutCheck: boolean;
}

export interface IndexingRule {
  Name: string;
  ModifiedAt: EpochSeconds | null;
  Rule: { Probabilistic: { DesiredSamplingPercentage: number; ActualSamplingPercentage: number } };
}

export type Destination = 'XRay' | 'CloudWatchLogs';
