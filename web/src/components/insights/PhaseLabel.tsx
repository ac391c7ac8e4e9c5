import type { InsightPhase } from '../../api/adminTypes';
import { StatusLabel } from '../../ui/StatusIcon';

/** Whether an insight goes on. */
export const PhaseLabel = ({ phase }: { phase: InsightPhase }) => (phase === 'ACTIVE' ? <StatusLabel status="fault" text="Going on" /> : <StatusLabel status="ok" text="Over" />);
