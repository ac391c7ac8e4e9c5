import type { Trace } from '../api/types';
import { fileText } from './traceFile';

/** Stands in the viewer's page where the trace goes; the viewer's build writes it. */
export const dataMark = '<!--rayscope:trace-->';
export const dataElementId = 'rayscope-trace';

/**
 * scriptSafe makes JSON that cannot end the script element it stands in, nor open a comment there: every `<` is written as
 * an escape, which JSON allows only where it can stand, inside strings. The line separators are for old parsers.
 */
export const scriptSafe = (json: string): string =>
  json.replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');

const textSafe = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** htmlWith puts a trace into the viewer's page. */
export const htmlWith = (viewer: string, trace: Trace): string => {
  const parts = viewer.split(dataMark);
  if (parts.length !== 2) throw new Error('The viewer that goes into the file is not part of this server. Download the trace as JSON instead.');
  const data = `<script type="application/json" id="${dataElementId}">${scriptSafe(fileText([trace]))}</script>`;
  return `${(parts[0] ?? '').replace(/<title>[^<]*<\/title>/, () => `<title>Trace ${textSafe(trace.Id)} · Rayscope</title>`)}${data}${parts[1] ?? ''}`;
};
