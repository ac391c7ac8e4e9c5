import type { ReactNode } from 'react';

export interface Fact {
  label: string;
  value: ReactNode;
}

/** Names and values below each other; facts without a value are left out by the caller. */
export const Facts = ({ facts, wide = false }: { facts: Fact[]; wide?: boolean }) => (
  <dl className={wide ? 'rs-facts rs-facts-wide' : 'rs-facts'}>
    {facts.map(({ label, value }) => (
      <div key={label}>
        <dt>{label}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);
