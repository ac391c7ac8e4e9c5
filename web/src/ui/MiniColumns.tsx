import { useId } from 'react';

interface MiniColumn {
  label: string;
  whole: number;
  part: number;
}

interface MiniColumnsProps {
  columns: MiniColumn[];
  /** What all of a column is, and what the part of it is that stands out: "requests", "failed". */
  whole: string;
  part: string;
  about: string;
}

const height = 56;
const width = 300;

/** The highest columns would make a single part invisible: it is drawn at least this high. */
const leastPart = 2;

const spoken = ({ columns, whole, part, about }: MiniColumnsProps): string => {
  const [all, marked] = columns.reduce(([sum, parts], column) => [sum + column.whole, parts + column.part], [0, 0]);
  const worst = columns.reduce<MiniColumn | null>((most, column) => (column.part > (most?.part ?? 0) ? column : most), null);
  return `${about}: ${marked} of ${all} ${whole} ${part}${worst === null ? '' : `, most at ${worst.label}: ${worst.part} of ${worst.whole}`}.`;
};

/** A small chart of columns, a part of each marked by colour and by hatching. */
export const MiniColumns = (props: MiniColumnsProps) => {
  const { columns, whole, part } = props;
  const id = useId();
  const most = Math.max(1, ...columns.map((column) => column.whole));
  const step = width / Math.max(1, columns.length);
  return (
    <svg className="rs-minicolumns" viewBox={`0 0 ${width} ${height + 1}`} preserveAspectRatio="none" role="img" aria-label={spoken(props)}>
      <defs>
        <pattern id={id} width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="4" height="4" className="rs-minicolumns-part" />
          <path d="M0 0v4" className="rs-minicolumns-stripe" />
        </pattern>
      </defs>
      {columns.map((column, i) => {
        const tall = (height * column.whole) / most;
        const marked = column.part === 0 ? 0 : Math.max(leastPart, (height * column.part) / most);
        return (
          <g key={column.label + String(i)}>
            <title>{`${column.label}: ${column.whole} ${whole}, ${column.part} ${part}`}</title>
            <rect x={i * step} y="0" width={step} height={height} className="rs-minicolumns-room" />
            <rect x={i * step + step * 0.1} y={height - tall} width={step * 0.8} height={tall} className="rs-minicolumns-whole" />
            <rect x={i * step + step * 0.1} y={height - marked} width={step * 0.8} height={marked} fill={`url(#${id})`} />
          </g>
        );
      })}
      <path d={`M0 ${height + 0.5}H${width}`} className="rs-minicolumns-ground" vectorEffect="non-scaling-stroke" />
    </svg>
  );
};
