import type { ReactNode } from 'react';

interface ChartCardProps {
  title: string;
  note: ReactNode;
  end?: ReactNode;
  children: ReactNode;
}

export const ChartCard = ({ title, note, end, children }: ChartCardProps) => (
  <section className="rs-card rs-pad rs-chartcard" aria-label={title}>
    <div className="rs-chartcard-head">
      <h2 className="rs-h2">{title}</h2>
      {end}
    </div>
    {children}
    <p className="rs-note rs-small rs-chartkeys">{note}</p>
  </section>
);

/** How a line or a bar looks, beside its name. */
export const Key = ({ look, children }: { look: string; children: ReactNode }) => (
  <span className="rs-chartkey">
    <span className="rs-chartkey-mark" data-look={look} aria-hidden="true" /> {children}
  </span>
);
