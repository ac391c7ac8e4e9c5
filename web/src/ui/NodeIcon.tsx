import type { NodeKind } from '../util/nodeType';

/** The pictures as SVG path data, 24 units square. */
export const drawings: Record<NodeKind, string> = {
  client: 'M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c.6-4.2 3.6-6.5 7.5-6.5s6.9 2.3 7.5 6.5',
  service: 'M12 2.8 20 7.4v9.2l-8 4.6-8-4.6V7.4zM4 7.4l8 4.6 8-4.6M12 12v9.2',
  function: 'M6 20.5 12 9M8 3.5h2.2c1 0 1.5.7 1.8 1.6l4.4 13.6c.3 1 1 1.8 2 1.8H20',
  container: 'M3 7.5h18v11H3zM7.5 10.5v5M12 10.5v5M16.5 10.5v5M6 7.5V5h12v2.5',
  instance: 'M6.5 6.5h11v11h-11zM9.5 3v3.5M14.5 3v3.5M9.5 17.5V21M14.5 17.5V21M3 9.5h3.5M3 14.5h3.5M17.5 9.5H21M17.5 14.5H21',
  database: 'M12 8.5c4.4 0 8-1.2 8-2.8S16.4 3 12 3 4 4.1 4 5.7s3.6 2.8 8 2.8ZM4 5.7v12.6C4 19.9 7.6 21 12 21s8-1.1 8-2.7V5.7M4 12c0 1.6 3.6 2.8 8 2.8s8-1.2 8-2.8',
  table: 'M3.5 4.5h17v15h-17zM3.5 9.5h17M3.5 14.5h17M9.5 4.5v15',
  queue: 'M3 7h4v10H3zM10 7h4v10h-4zM17 7h4v10h-4M7 12h3M14 12h3',
  topic: 'M4 10v4h3.5l7.5 4.5v-13L7.5 10zM18 9c1.3 1.5 1.3 4.5 0 6M7.5 14l1 5.5h2.2',
  bucket: 'M4 6.5 6 20c1.5 1.2 10.5 1.2 12 0l2-13.5M12 8.8c4.4 0 8-1 8-2.4S16.4 4 12 4 4 5 4 6.4s3.6 2.4 8 2.4Z',
  gateway: 'M4 4v16M20 4v16M8 12h8M8 12l2.5-2.5M8 12l2.5 2.5M16 12l-2.5-2.5M16 12l-2.5 2.5',
  remote: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3 12h18M12 3c2.5 2.5 3.5 5.5 3.5 9s-1 6.5-3.5 9c-2.5-2.5-3.5-5.5-3.5-9S9.5 5.5 12 3Z',
  cloud: 'M7 18.5a4.5 4.5 0 0 1-.5-9 6 6 0 0 1 11.5 1.3 3.9 3.9 0 0 1-.5 7.7z',
};

/** The picture of a node type, 24 units square; decoration beside words. */
export const NodeIcon = ({ kind, size = 24, x, y }: { kind: NodeKind; size?: number; x?: number; y?: number }) => (
  <svg className="rs-node-icon" x={x} y={y} width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
    <path d={drawings[kind]} />
  </svg>
);
