/** A series of a small chart; series are drawn above each other, the first below. */
export interface SparkSeries {
  name: string;
  colour: string;
  values: number[];
}

const [width, height] = [160, 34];

const pointsOf = (values: number[], most: number): string => {
  const step = width / Math.max(1, values.length - 1);
  return values.map((value, i) => `${(i * step).toFixed(1)},${(height - 2 - ((height - 4) * value) / Math.max(most, 1)).toFixed(1)}`).join(' ');
};

/** A chart as large as a word, for rows of tables. The label says what is to be seen: it is all that a reader of the screen gets. */
export const Spark = ({ series, label }: { series: SparkSeries[]; label: string }) => {
  const most = Math.max(...series.flatMap(({ values }) => values), 0);
  return (
    <svg className="rs-spark" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <line x1="0" x2={width} y1={height - 1} y2={height - 1} className="rs-spark-base" />
      {series.map(({ name, colour, values }, i) => (
        <polyline key={name} points={pointsOf(values, most)} fill="none" stroke={`var(${colour})`} strokeWidth={i === 0 ? 1.5 : 2} strokeDasharray={i === 0 ? undefined : i === 1 ? '4 2' : '1.5 2'} vectorEffect="non-scaling-stroke" />
      ))}
    </svg>
  );
};
