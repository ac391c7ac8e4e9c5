import type { RuleChange, SamplingRule, SamplingRuleRecord } from '../api/adminTypes';
import type { SamplingTrend, SamplingTrendResponse, SamplingVerdict } from '../api/rayscope.gen';
import { countText } from './format';

/** The patterns of a rule, what they are matched with, and how long they may be. */
export const patterns = [
  { member: 'ServiceName', label: 'Service name', what: 'name of the service, as its segments have it', most: 64 },
  { member: 'ServiceType', label: 'Service type', what: 'where the service runs, for example AWS::ECS::Container', most: 64 },
  { member: 'Host', label: 'Host', what: 'host of the request, for example *.example.com', most: 64 },
  { member: 'HTTPMethod', label: 'Method', what: 'for example POST', most: 10 },
  { member: 'URLPath', label: 'Path', what: 'path of the URL, for example /orders/*', most: 128 },
  { member: 'ResourceARN', label: 'Resource ARN', what: 'ARN of what the service runs on; SDKs of X-Ray only take rules with * here', most: 500 },
] as const;

export type PatternMember = (typeof patterns)[number]['member'];

/** A rule as it stands in the fields of the form: numbers are as they were written. */
export interface RuleDraft {
  name: string;
  priority: string;
  reservoir: string;
  /** Percent. */
  rate: string;
  patterns: Record<PatternMember, string>;
  attributes: { key: string; value: string }[];
  boosted: boolean;
  /** Percent. */
  boostRate: string;
  /** Minutes. */
  cooldown: string;
}

/** percentText writes a share as percent without the noise of floating point: 0.05 is 5. */
export const percentText = (share: number): string => String(Number((share * 100).toPrecision(12)));

export const isDefaultRule = (rule: Pick<SamplingRule, 'RuleName'>): boolean => rule.RuleName === 'Default';

/** inOrder is the rules as they are tried. */
export const inOrder = (records: SamplingRuleRecord[]): SamplingRule[] =>
  records
    .map(({ SamplingRule: rule }) => rule)
    .sort((a, b) => a.Priority - b.Priority || (a.RuleName < b.RuleName ? -1 : 1));

/** freePriority is the next hundred after the last rule, so that others fit between. */
const freePriority = (rules: SamplingRule[]): number => {
  const last = Math.max(0, ...rules.filter((rule) => !isDefaultRule(rule)).map((rule) => rule.Priority));
  return Math.min(9999, Math.floor(last / 100) * 100 + 100);
};

export const draftOf = (rule: SamplingRule | null, all: SamplingRule[]): RuleDraft => ({
  name: rule?.RuleName ?? '',
  priority: String(rule?.Priority ?? freePriority(all)),
  reservoir: String(rule?.ReservoirSize ?? 1),
  rate: percentText(rule?.FixedRate ?? 0.05),
  patterns: Object.fromEntries(patterns.map(({ member }) => [member, rule?.[member] ?? '*'])) as Record<PatternMember, string>,
  attributes: Object.entries(rule?.Attributes ?? {}).map(([key, value]) => ({ key, value })),
  boosted: rule?.SamplingRateBoost != null,
  boostRate: percentText(rule?.SamplingRateBoost?.MaxRate ?? 0.5),
  cooldown: String(rule?.SamplingRateBoost?.CooldownWindowMinutes ?? 10),
});

export type Mistakes = Partial<Record<string, string>>;

const wholeNumber = /^\d{1,10}$/;

/** What is no number at all; every other rule is the server's to check, whose sentences are shown. */
export const mistakesOf = (draft: RuleDraft): Mistakes => {
  const mistakes: Mistakes = {};
  const whole = (member: string, text: string): void => {
    if (!wholeNumber.test(text.trim())) mistakes[member] = 'Write a whole number.';
  };
  const percent = (member: string, text: string): void => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= 0 && value <= 100)) mistakes[member] = 'Write a number from 0 to 100, for example 5 or 0.5.';
  };
  whole('Priority', draft.priority);
  whole('ReservoirSize', draft.reservoir);
  percent('FixedRate', draft.rate);
  if (draft.boosted) {
    percent('MaxRate', draft.boostRate);
    whole('CooldownWindowMinutes', draft.cooldown);
  }
  return mistakes;
};

const shareOf = (percent: string): number => Number((Number(percent) / 100).toPrecision(12));

/** changeOf is what is sent. Of the default rule only rate and reservoir may change. */
export const changeOf = (draft: RuleDraft): RuleChange => {
  const numbers = { RuleName: draft.name.trim(), FixedRate: shareOf(draft.rate), ReservoirSize: Number(draft.reservoir) };
  if (isDefaultRule(numbers)) return numbers;
  return {
    ...numbers,
    Priority: Number(draft.priority),
    ...draft.patterns,
    Attributes: Object.fromEntries(draft.attributes.filter(({ key, value }) => key !== '' || value !== '').map(({ key, value }) => [key, value])),
    ...(draft.boosted ? { SamplingRateBoost: { MaxRate: shareOf(draft.boostRate), CooldownWindowMinutes: Number(draft.cooldown) } } : {}),
  };
};

/** whichText says in words which requests a rule is for. */
export const whichText = (rule: SamplingRule): string => {
  const told = patterns.filter(({ member }) => rule[member] !== '*').map(({ member, label }) => `${label.toLowerCase()} ${rule[member]}`);
  const attributes = Object.entries(rule.Attributes ?? {}).map(([key, value]) => `attribute ${key} = ${value}`);
  const all = [...told, ...attributes];
  return all.length === 0 ? 'every request' : all.join(', ');
};

/** howMuchText says in words how many of them it keeps. */
export const howMuchText = ({ ReservoirSize, FixedRate, SamplingRateBoost }: Pick<SamplingRule, 'ReservoirSize' | 'FixedRate' | 'SamplingRateBoost'>): string => {
  const rate = `${percentText(FixedRate)} %`;
  const kept =
    ReservoirSize === 0 ? (FixedRate === 0 ? 'none' : `${rate} of them`) : `the first ${ReservoirSize === 1 ? '' : `${countText(ReservoirSize)} `}each second, then ${rate} of the rest`;
  return SamplingRateBoost == null ? kept : `${kept}; up to ${percentText(SamplingRateBoost.MaxRate)} % while requests go wrong`;
};

export interface TrendSeries {
  /** Requests in each window, also in those without any. */
  requests: number[];
  sampled: number[];
  borrowed: number[];
  totals: { requests: number; sampled: number; borrowed: number };
  seconds: number;
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

/** seriesOf fills the windows in which nobody reported with zeros. */
export const seriesOf = (all: SamplingTrendResponse, trend: SamplingTrend): TrendSeries => {
  const [start, end] = [all.StartTime ?? 0, all.EndTime ?? 0];
  const count = Math.max(0, Math.round((end - start) / all.WindowSeconds));
  const filled = (pick: (window: SamplingTrend['Windows'][number]) => number): number[] => {
    const values = new Array<number>(count).fill(0);
    for (const window of trend.Windows) {
      const at = Math.round(((window.Timestamp ?? 0) - start) / all.WindowSeconds);
      if (at >= 0 && at < count) values[at] = pick(window);
    }
    return values;
  };
  const series = { requests: filled((w) => w.RequestCount), sampled: filled((w) => w.SampledCount), borrowed: filled((w) => w.BorrowCount) };
  return { ...series, totals: { requests: sum(series.requests), sampled: sum(series.sampled), borrowed: sum(series.borrowed) }, seconds: end - start };
};

/** perSecondText writes a rate of requests. */
export const perSecondText = (perSecond: number): string => {
  if (perSecond === 0) return '0/s';
  if (perSecond < 0.01) return '< 0.01/s';
  return `${perSecond < 10 ? Number(perSecond.toFixed(2)) : countText(Math.round(perSecond))}/s`;
};

const memberWords: Record<string, string> = Object.fromEntries(patterns.map(({ member, label }) => [member, label.toLowerCase()]));

const skippedWords: Record<string, string> = {
  Attributes: 'SDKs of X-Ray leave it out: it asks for attributes, which they do not know when they decide. Samplers of OpenTelemetry may take it.',
  ResourceARN: 'SDKs of X-Ray leave it out: it asks for the ARN of a resource, which they do not know when they decide. Samplers of OpenTelemetry may take it.',
  Version: 'SDKs leave it out: they know rules of version 1 only.',
};

/** whyText says what a rule makes of a request. */
export const whyText = ({ Verdict, SkippedFor, Mismatches }: SamplingVerdict): string => {
  if (SkippedFor !== null) return skippedWords[SkippedFor] ?? `SDKs leave it out because of its ${SkippedFor}.`;
  if (Verdict === 'decides') return 'It decides: all its patterns match, and no rule before it does.';
  const differs = Mismatches.map(({ Member, Pattern, Value }) => `the ${memberWords[Member] ?? Member} ${Value} is not like ${Pattern}`).join(', and ');
  if (Verdict === 'later') return differs === '' ? 'It would match, but a rule before it decides.' : `It comes later, and would not match: ${differs}.`;
  return `It does not match: ${differs}.`;
};
