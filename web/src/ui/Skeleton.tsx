/** The place of something that is being loaded. */
export const Skeleton = ({ height, label }: { height: number | string; label: string }) => (
  <div className="rs-skeleton" style={{ height }} role="status" aria-label={label} />
);

/** Rows being loaded. */
export const SkeletonRows = ({ count, label }: { count: number; label: string }) => (
  <div role="status" aria-label={label} className="rs-skeleton-rows">
    {Array.from({ length: count }, (_, i) => (
      <div key={i} className="rs-skeleton" style={{ height: 22, width: `${92 - ((i * 13) % 40)}%` }} />
    ))}
  </div>
);
