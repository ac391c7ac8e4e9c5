import type { Analysis } from '../../api/queries';
import type { Ranked } from '../../api/rayscope.gen';
import { countOf, countText } from '../../util/format';
import type { Family } from '../../util/wrapped';
import { Causes } from './Causes';
import { foldedExceptions } from './outcomes';
import type { AnalyticsPlace } from './useAnalytics';
import { ValueActions } from './ValueActions';
import { attributeName, percentText, valueText } from './words';

const nameOf = ({ Attribute, Value }: Ranked): string => `${attributeName(Attribute)} = ${valueText(Value)}`;

const Bar = ({ share, side }: { share: number; side: 'a' | 'b' }) => (
  <span className="rs-evidence-track">
    <span className="rs-evidence-bar" data-side={side} style={{ width: `${100 * share}%` }} />
  </span>
);

/** Entries of a list; the server sends more, as some are told together. */
const mostEntries = 10;

/** The same failure as those who passed it on told it. */
const PassedOn = ({ wrappers }: { wrappers: Ranked[] }) => (
  <details className="rs-passedon rs-small">
    <summary>Passed on by {countOf(wrappers.length, 'other exception')}</summary>
    <ul>
      {wrappers.map((entry) => (
        <li key={nameOf(entry)}>
          {valueText(entry.Value)} <span className="rs-muted rs-num">({countText(entry.CountA)})</span>
        </li>
      ))}
    </ul>
  </details>
);

interface EntryProps {
  family: Family<Ranked>;
  a: number;
  b: number;
  rest: string;
  place: AnalyticsPlace;
}

/** One value as a sentence, with the counts behind it. */
const Entry = ({ family: { head, wrappers }, a, b, rest, place }: EntryProps) => {
  const { Expression, ShareA, ShareB, CountA, CountB } = head;
  const name = nameOf(head);
  return (
    <li className="rs-evidence">
      <div className="rs-evidence-text">
        {Expression === null ? (
          <strong>{name}</strong>
        ) : (
          <button type="button" className="rs-linkbutton" onClick={() => place.acts.select({ select: Expression })} title="Select these requests">
            <strong>{name}</strong>
          </button>
        )}
        : in <strong className="rs-num">{percentText(ShareA)}</strong> of the selection, {percentText(ShareB)} of {rest}
        <span className="rs-muted rs-small rs-num">
          {' '}
          ({countText(CountA)} of {countText(a)}, {countText(CountB)} of {countText(b)})
        </span>
        {wrappers.length > 0 && <PassedOn wrappers={wrappers} />}
      </div>
      {Expression !== null && <ValueActions label={name} expression={Expression} place={place} selected />}
      <div className="rs-evidence-bars" aria-hidden="true">
        <Bar share={ShareA} side="a" />
        <Bar share={ShareB} side="b" />
      </div>
    </li>
  );
};

interface ListProps {
  title: string;
  note: string;
  entries: Ranked[];
  rest: string;
  data: Analysis;
  place: AnalyticsPlace;
}

const RankedList = ({ title, note, entries, rest, data: { answer }, place }: ListProps) => (
  <div>
    <h3 className="rs-h3">{title}</h3>
    <p className="rs-note rs-small">{note}</p>
    {entries.length === 0 ? (
      <p className="rs-note">Nothing differs by more than chance would bring about.</p>
    ) : (
      <ol className="rs-evidences" aria-label={title}>
        {foldedExceptions(entries).slice(0, mostEntries).map((family) => (
          <Entry key={nameOf(family.head)} family={family} a={answer.A.Count} b={answer.B?.Count ?? 0} rest={rest} place={place} />
        ))}
      </ol>
    )}
  </div>
);

const Teach = () => (
  <>
    <p>
      Select the requests that puzzle you, and Rayscope looks through all their annotations, users, services and more for <strong>what they have in common that the others have not</strong>.
    </p>
    <ul className="rs-teachways">
      <li>Press one of the buttons above, for example <strong>Faults</strong> or <strong>Slowest 5 %</strong>.</li>
      <li>Drag over one of the charts below: a hump, a peak, a dark corner. The fields above do the same without a mouse.</li>
      <li>Or click a value in the tables: it is compared with the rest.</li>
    </ul>
  </>
);

/** emptyText says why two sets cannot be compared; null if they can. */
const emptyText = (a: number, b: number, compared: boolean): string | null => {
  if (a === 0) return 'Nothing is selected: no request of this time fits all that you chose. Take a part of the selection away, or choose a longer time.';
  if (b > 0) return null;
  return compared
    ? 'No request of this time matches the expression to compare with. Clear it to compare with the rest.'
    : 'Everything is selected, so there is no rest to compare with. Select less, or compare with the time before.';
};

/** The page's answer: which values set the selection apart, with the evidence. */
export const Ranking = ({ place, data }: { place: AnalyticsPlace; data: Analysis }) => {
  const { A, B, Ranking: ranking } = data.answer;
  const { compared } = data;
  const rest = compared ? 'what it is compared with' : 'the rest';
  const empty = B === null ? null : emptyText(A.Count, B.Count, compared);
  return (
    <section className="rs-card rs-pad rs-ranking" aria-labelledby="apart">
      <h2 className="rs-h2" id="apart">
        {B === null ? 'What is different?' : 'What sets the selection apart'}
      </h2>
      {B === null && <Teach />}
      {empty !== null && <p className="rs-note">{empty}</p>}
      {empty === null && ranking !== null && (
        <>
          <Causes place={place} data={data} />
          <RankedList
            title="Circumstances"
            note={`What was given before a request took its course, compared among requests of the same kind. ${countText(ranking.Candidates)} values were compared.`}
            entries={ranking.Circumstances}
            {...{ rest, data, place }}
          />
          <div className="rs-ranking-more">
            <RankedList title="Places" note="Which requests these were, and which services they reached." entries={ranking.Places} {...{ rest, data, place }} />
            <RankedList title="Outcomes" note="What came of them: results of the trouble rather than its reason." entries={ranking.Outcomes} {...{ rest, data, place }} />
          </div>
        </>
      )}
    </section>
  );
};
