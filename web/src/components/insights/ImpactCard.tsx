import type { Impact } from '../../api/adminTypes';
import { ShareBar } from '../../ui/ShareBar';
import { countsOfImpact, impactText } from '../../util/insight';

/** Whom an insight hit: a sentence and the shares. */
export const ImpactCard = ({ title, impact }: { title: string; impact: Impact | null }) => (
  <section className="rs-card rs-pad rs-impact" aria-label={title}>
    <h2 className="rs-h2">{title}</h2>
    {impact !== null && <ShareBar counts={countsOfImpact(impact)} />}
    <p className="rs-note">{impactText(impact)}</p>
  </section>
);
