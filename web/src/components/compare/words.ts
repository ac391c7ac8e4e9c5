import { durationText } from '../../util/format';

/** changeText says a difference in time without a sign: "12 ms longer". */
export const changeText = (seconds: number): string => (Math.abs(seconds) < 1e-6 ? 'no longer or shorter' : `${durationText(Math.abs(seconds))} ${seconds > 0 ? 'longer' : 'shorter'}`);

/** signedText writes a difference for a column: "+12 ms", "−3 ms", "0". */
export const signedText = (seconds: number): string => (Math.abs(seconds) < 1e-6 ? '0' : `${seconds > 0 ? '+' : '−'}${durationText(Math.abs(seconds))}`);
