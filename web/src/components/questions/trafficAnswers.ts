import type { ExceptionGroup, Ranked, TimeSeries, Value } from '../../api/rayscope.gen';
import { countOf, countText, durationText, localText } from '../../util/format';
import { quoted } from '../../util/expression';
import { faultsFrom, mainOrigins, originsOf, type Origin } from '../../util/origins';
import { shareText, type StatusClass } from '../../util/status';
import { partsOf, trendOf, type Part, type Parts, type Trend } from '../../util/trend';
import { familiesOf } from '../../util/wrapped';
import { atLeast, originMeters, rangeWords, tracesOf, type Answer, type Column, type Drawing, type Findings } from './answer';

/** Of slow requests a twentieth is tolerated: the target is that of the other 95 %. */
export const slowTolerated = 0.05;

export const faultTolerated = ({ target }: Findings): number => 1 - target.Availability / 100;

const emptySeries: TimeSeries = { Period: 1, Points: [] };

const columnsOf = (series: TimeSeries): Column[] =>
  series.Points.map(({ Time, A, B }) => ({ label: localText(Time), part: A.Count, whole: A.Count + (B?.Count ?? 0) }));

const overTime = (series: TimeSeries | null, part: string, status: StatusClass): Drawing => ({
  kind: 'columns',
  columns: columnsOf(series ?? emptySeries),
  whole: 'requests',
  part,
  status,
  about: `Requests over time, and how many of them ${part}`,
});

const agoText = (seconds: number): string => (seconds < 90 ? `${Math.round(seconds)} seconds` : `${Math.round(seconds / 60)} minutes`);

const share = ({ bad, count }: Part): string => shareText(bad, count);

/** Less than a hundredth says more as a count. */
const amount = (part: Part): string => (part.bad > 0 && 100 * part.bad < part.count ? `${countText(part.bad)} of ${countText(part.count)}` : `${share(part)} of`);

const allRequests = ({ view }: Findings): Answer['link'] => ({ to: tracesOf(view, []), words: 'See all requests' });

const slowWords = ({ line }: Findings): string => `took ${durationText(line.seconds)} or longer`;

/** What is to be told first: what became bad before what stays bad, failures before slowness. */
const order: Trend[] = ['worse', 'still', 'over', 'fine', 'unknown'];

interface Finding {
  parts: Parts;
  trend: Trend;
  /** "failed", "took 1 s or longer" */
  did: string;
  isSlow: boolean;
}

/** A twentieth is always slowest: where the target is kept, it is news only that more than before became slow. */
const slowTrend = (parts: Parts, { line }: Findings): Trend => {
  const trend = trendOf(parts, slowTolerated);
  const isNews = trend === 'worse' && parts.before.count > 0;
  return line.isTarget || isNews || trend === 'unknown' ? trend : 'fine';
};

const findingsOf = (found: Findings): Finding[] => {
  const faults = partsOf(found.faults.TimeSeries ?? emptySeries);
  const slow = partsOf(found.slow.TimeSeries ?? emptySeries);
  return [
    { parts: faults, trend: trendOf(faults, faultTolerated(found)), did: 'failed', isSlow: false },
    { parts: slow, trend: slowTrend(slow, found), did: slowWords(found), isSlow: true },
  ];
};

const nowSentences: Record<Trend, (finding: Finding) => string> = {
  worse: ({ parts: { newest, before, seconds }, did }) => `Yes: ${amount(newest)} requests ${did} in the last ${agoText(seconds)}${before.count === 0 ? '' : `; before that it was ${share(before)}`}.`,
  still: ({ parts: { newest, before, seconds }, did }) => `Yes, as before: ${amount(newest)} requests ${did} in the last ${agoText(seconds)}, and ${share(before)} before that.`,
  over: ({ parts: { newest, before, seconds }, did }) => `Not any more: ${share(before)} of requests ${did} before, but only ${countText(newest.bad)} of ${countText(newest.count)} in the last ${agoText(seconds)}.`,
  fine: ({ parts: { newest, seconds }, did }) => `No: ${newest.bad === 0 ? 'none' : countText(newest.bad)} of ${countOf(newest.count, 'request')} ${did} in the last ${agoText(seconds)}.`,
  unknown: ({ parts: { newest, before, seconds }, did }) =>
    `It is too quiet to tell: ${newest.count === 0 ? 'no request' : countOf(newest.count, 'request')} came in the last ${agoText(seconds)}${before.count === 0 ? '' : `; of ${countText(before.count)} before that, ${before.bad === 0 ? 'none' : countText(before.bad)} ${did}`}.`,
};

const statusOf = (trend: Trend, bad: StatusClass): StatusClass => (trend === 'worse' || trend === 'still' ? bad : trend === 'unknown' ? 'pending' : 'ok');

/** Is anything wrong now? */
export const wrongNow = (found: Findings): Answer => {
  const [failing, slow] = findingsOf(found) as [Finding, Finding];
  const worst = order.indexOf(slow.trend) < order.indexOf(failing.trend) ? slow : failing;
  const bad: StatusClass = worst.isSlow ? 'error' : 'fault';
  const { newest, before } = worst.parts;
  const expressions = worst.isSlow ? [`responsetime >= ${found.line.seconds}`] : ['fault'];
  return {
    status: statusOf(worst.trend, bad),
    figure: worst.trend === 'unknown' || (newest.bad > 0 && 100 * newest.bad < newest.count) ? countText(worst.trend === 'unknown' ? newest.count : newest.bad) : share(newest),
    sentence: nowSentences[worst.trend](worst),
    drawing: overTime(worst.isSlow ? found.slow.TimeSeries : found.faults.TimeSeries, worst.did, bad),
    link: newest.bad + before.bad === 0 ? allRequests(found) : { to: tracesOf(found.view, expressions), words: worst.isSlow ? 'See the slow requests' : 'See the requests that failed' },
  };
};

const responseTimes = ({ all, line }: Findings): Drawing | null =>
  all.Histogram === null
    ? null
    : {
        kind: 'columns',
        columns: all.Histogram.Buckets.map(({ From, To, A }) => ({ label: `${durationText(From)} to ${durationText(To)}`, whole: A, part: From >= line.seconds * 0.999 ? A : 0 })),
        whole: 'requests',
        part: 'slow',
        status: 'error',
        about: 'How long requests took, the slow ones marked',
      };

/** In which services slow requests spent their time. */
const spent = ([worst, second]: Origin[], count: number): string => {
  if (worst === undefined) return '';
  const where = `in ${worst.count >= count ? 'all' : shareText(worst.count, count)} of them most of the time was spent in ${worst.service}`;
  return second === undefined ? where : `${where}, in ${shareText(second.count, count)} in ${second.service}`;
};

/** Where is it slow? */
export const whereSlow = (found: Findings): Answer => {
  const { slow, line, view } = found;
  const origins = originsOf(slow.Tables[0]);
  const worst = origins[0];
  const status: StatusClass = line.isTarget && slow.A.Count > 0 ? 'error' : 'ok';
  const these = line.isTarget ? `${countOf(slow.A.Count, 'request')} ${slowWords(found)}` : `The slowest 5 % of requests ${slowWords(found)}`;
  const slowOnes = `responsetime >= ${line.seconds}`;
  if (slow.A.Count === 0 || worst === undefined) {
    return { status, figure: durationText(line.seconds), sentence: `${slow.A.Count === 0 ? 'Nowhere: no request is slow' : `${these}, and no single service explains it`}.`, drawing: responseTimes(found), link: { to: tracesOf(view, [slowOnes], { sort: 'slowest' }), words: 'See the slowest requests' } };
  }
  return {
    status,
    figure: shareText(worst.count, slow.A.Count),
    sentence: `${these}; ${spent(mainOrigins(origins, slow.A.Count), slow.A.Count)}.`,
    drawing: responseTimes(found),
    link: { to: tracesOf(view, [slowOnes, `rootcause.responsetime.service { last and name = ${quoted(worst.service)} }`], { sort: 'slowest' }), words: `See the requests that ${worst.service} made slow` },
  };
};

/** Messages may be long, sentences must not, and those that tell of several places even less. */
const mostMessage = 90;
const mostOfSeveral = 60;

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text);

/** The fullest telling among those that pass on what most requests have, without what gRPC writes before each message. */
const fullest = (groups: ExceptionGroup[]): string => {
  const family = familiesOf(groups.map((entry) => ({ entry, text: `${entry.Type}: ${entry.Message}` })), (outer, inner) => outer.A <= inner.A)[0];
  if (family === undefined) return '';
  const { Type, Message, Example } = family.wrappers.at(-1) ?? family.head;
  const text = (Example === '' ? Message : Example).replace(/^rpc error: code = \w+ desc = /, '');
  return (family.wrappers.length > 0 ? [text] : [Type, text]).filter((part) => part !== '').join(': ');
};

/** Who speaks of a failure, and what it says: where it began, or, if that never reports, the nearest caller. */
const saying = (groups: ExceptionGroup[], { service, path }: Origin, most: number): string => {
  const told = groups.filter(({ A }) => A > 0);
  const speaker = path.findLast((name) => told.some(({ Service }) => Service === name)) ?? '';
  const text = fullest(told.filter(({ Service }) => Service === speaker));
  if (text === '') return '';
  return `${speaker === service || speaker === '' ? 'it' : speaker} says “${cut(text, most)}”`;
};

const together = (parts: string[]): string => (parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`);

/** As many places as a sentence can name; the chart names more. */
const mostPlaces = 3;

/** Where requests failed first, in the words that follow on "40 requests failed". */
const began = (origins: Origin[], count: number, groups: ExceptionGroup[]): string => {
  const places = mainOrigins(origins, count).slice(0, mostPlaces);
  const [first] = places;
  if (first === undefined) return ', and none of them tells where it began';
  if (places.length === 1) {
    const said = saying(groups, first, mostMessage);
    const which = count === 1 ? ',' : `; ${first.count >= count ? 'all' : shareText(first.count, count)} of them failed`;
    return `${which} first in ${first.service}${said === '' ? '' : `; ${said}`}`;
  }
  const named = places.map((place) => {
    const said = saying(groups, place, mostOfSeveral);
    return `${countText(place.count)} in ${place.service}${said === '' ? '' : ` (${said})`}`;
  });
  const elsewhere = count - places.reduce((sum, place) => sum + place.count, 0);
  return `, and it began in ${countText(places.length)} places: ${together(named)}${elsewhere > 0 ? `; ${countText(elsewhere)} failed first elsewhere` : ''}`;
};

/** What failed, and where first? */
export const whatFailed = (found: Findings): Answer => {
  const { faults, view } = found;
  const count = faults.A.Count;
  const origins = originsOf(faults.Tables[0]);
  const first = origins[0];
  if (count === 0) {
    return { status: 'ok', figure: '0', sentence: `Nothing: none of ${atLeast(faults)}${countOf(faults.B?.Count ?? 0, 'request')} failed in ${rangeWords(view)}.`, drawing: null, link: allRequests(found) };
  }
  const many = `${atLeast(faults)}${countOf(count, 'request')} failed`;
  const sentence = `${many.charAt(0).toUpperCase()}${many.slice(1)}${began(origins, count, faults.Exceptions?.Groups ?? [])}.`;
  const failedFirst = ({ service }: Origin): string => tracesOf(view, ['fault', faultsFrom(service)]);
  if (first === undefined) return { status: 'fault', figure: countText(count), sentence, drawing: null, link: { to: tracesOf(view, ['fault']), words: 'See the requests that failed' } };
  return {
    status: 'fault',
    figure: countText(count),
    sentence,
    drawing: { kind: 'meters', meters: originMeters(origins, count, shareText, 'fault', failedFirst), about: 'Where failures began, as shares of all that failed' },
    link: { to: failedFirst(first), words: `See what failed first in ${first.service}` },
  };
};

const valueText = ({ String: text, Number: number, Boolean: truth }: Value): string => text ?? (number === null ? String(truth) : String(number));

const attributeWords = (attribute: string): string => attribute.replace(/^annotation\./, 'annotation ');

/** A circumstance is told when it differs by at least this much, with certainty: below, everything differs a little. */
const leastScore = 0.1;

/** The leading circumstance that those who were hit have more often than the rest. */
const leading = (circumstances: Ranked[] | undefined): Ranked | undefined => circumstances?.find(({ Score, Difference }) => Difference > 0 && Score >= leastScore);

/** Who is affected? */
export const whoAffected = (found: Findings): Answer => {
  const failing = found.faults.A.Count > 0 || !found.line.isTarget;
  const split = failing ? found.faults : found.slow;
  const [noun, verb, expression] = failing ? (['failures', 'failed', 'fault'] as const) : (['slow requests', 'was slow', `responsetime >= ${found.line.seconds}`] as const);
  const users = found.all.Users?.A.All ?? 0;
  const hit = split.Users?.A.All ?? 0;
  const total = split.A.Count + (split.B?.Count ?? 0);
  const who = users === 0 ? `${split.A.Count === 0 ? `Nobody: no request ${verb}` : `${countOf(split.A.Count, 'request')} ${verb}`}; the requests do not name their users` : hit === 0 ? `Nobody: none of ${countOf(users, 'user')} had a request that ${verb}` : `${countText(hit)} of ${countOf(users, 'user')} had a request that ${verb}`;
  const circumstance = split.A.Count === 0 ? undefined : leading(split.Ranking?.Circumstances);
  const status: StatusClass = split.A.Count === 0 ? 'ok' : failing ? 'fault' : 'error';
  const figure = users === 0 ? countText(split.A.Count) : shareText(hit, users);
  if (circumstance === undefined) {
    return { status, figure, sentence: `${who}${split.A.Count === 0 ? '' : `; nothing sets them apart from the rest`}.`, drawing: null, link: split.A.Count === 0 ? allRequests(found) : { to: tracesOf(found.view, [expression]), words: `See ${failing ? 'the requests that failed' : 'the slow requests'}` } };
  }
  const what = `${attributeWords(circumstance.Attribute)} = ${valueText(circumstance.Value)}`;
  const everywhere = shareText(circumstance.CountA + circumstance.CountB, total);
  return {
    status,
    figure,
    sentence: `${who}; ${shareText(circumstance.CountA, split.A.Count)} of the ${noun} are requests with ${what}, which is ${everywhere} of all requests.`,
    drawing: {
      kind: 'meters',
      about: `Share of requests with ${what}`,
      meters: [
        { label: `of the ${noun}`, value: circumstance.ShareA, text: shareText(circumstance.CountA, split.A.Count), status },
        { label: 'of all requests', value: (circumstance.CountA + circumstance.CountB) / Math.max(1, total), text: everywhere, status: 'pending' },
      ],
    },
    link: { to: tracesOf(found.view, [expression, ...(circumstance.Expression === null ? [] : [circumstance.Expression])]), words: `See the ${noun} with ${what}` },
  };
};

const percentText = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.001 ? 3 : share < 0.01 || share > 0.99 ? 2 : 1).replace(/\.?0+$/, '')} %`;

/** Do we meet our targets? */
export const targetsMet = (found: Findings): Answer => {
  const { all, target, view } = found;
  const done = all.A.Count - all.A.OpenCount;
  const p95 = all.A.P95 ?? 0;
  const failing = done === 0 ? 0 : all.A.FaultCount / done;
  const allowed = faultTolerated(found);
  const burnt = failing / allowed;
  const [enough, quick] = [failing <= allowed, p95 <= target.ResponseTime];
  const budget = burnt >= 10 ? `${countText(Math.round(burnt))} times what that allows` : burnt > 1 ? `${burnt.toFixed(1)} times what that allows` : `${percentText(burnt)} of what that allows`;
  const verdict = enough && quick ? 'Yes' : enough || quick ? 'No, one of two' : 'No';
  const missed = all.A.FaultCount > 0 || (all.A.Max ?? 0) > target.ResponseTime;
  const sentence = `${verdict}: ${percentText(1 - failing)} of requests did not fail, where ${target.Availability} % is wanted${failing === 0 ? '' : `, so failures were ${budget}`}; 95 % were answered within ${durationText(p95)}, where ${durationText(target.ResponseTime)} is wanted.`;
  return {
    status: enough ? (quick ? 'ok' : 'error') : 'fault',
    figure: percentText(1 - failing),
    sentence: done === 0 ? 'No request has ended, so there is nothing to measure.' : sentence,
    drawing: {
      kind: 'meters',
      about: 'How much of what the targets allow was used',
      meters: [
        { label: 'failures', value: Math.min(1, burnt), text: `${percentText(failing)}, allowed ${percentText(allowed)}`, status: enough ? 'ok' : 'fault' },
        { label: 'time of 95 %', value: Math.min(1, p95 / target.ResponseTime), text: `${durationText(p95)}, wanted ${durationText(target.ResponseTime)}`, status: quick ? 'ok' : 'error' },
      ],
    },
    link: missed ? { to: tracesOf(view, [`fault OR responsetime > ${target.ResponseTime}`]), words: 'See the requests that missed them' } : allRequests(found),
  };
};
