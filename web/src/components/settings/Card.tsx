import { useId, type ReactNode } from 'react';
import { Problem } from '../../ui/Problem';
import { SkeletonRows } from '../../ui/Skeleton';

interface CardProps {
  title: string;
  about: string;
  action?: ReactNode;
  /** The query behind the card: what it shows while there is no data yet. */
  from: { isPending: boolean; error: Error | null; refetch: () => unknown };
  children: ReactNode;
}

/** A part of the settings, with what it is for. */
export const Card = ({ title, about, action, from, children }: CardProps) => {
  const id = useId();
  return (
    <section className="rs-card" aria-labelledby={id}>
      <div className="rs-cardhead">
        <div>
          <h2 className="rs-h2" id={id}>
            {title}
          </h2>
          <p className="rs-note">{about}</p>
        </div>
        {action}
      </div>
      {from.error !== null && <Problem what={`${title} could not be loaded`} error={from.error} retry={from.refetch} />}
      {from.isPending && from.error === null && <SkeletonRows count={3} label={`Loading: ${title}`} />}
      {children}
    </section>
  );
};
