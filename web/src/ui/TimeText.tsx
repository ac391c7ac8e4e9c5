import { localText, utcText } from '../util/format';

/** A moment in local time, with UTC on hover. */
export const TimeText = ({ epoch, text }: { epoch: number; text?: string }) => (
  <time dateTime={utcText(epoch).replace(' UTC', 'Z').replace(' ', 'T')} title={utcText(epoch)}>
    {text ?? localText(epoch)}
  </time>
);
