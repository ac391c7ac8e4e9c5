import type { Frame } from './exceptions';

/** Places where languages keep what people did not write themselves. */
const libraryPaths = [
  /(^|\/)node_modules\//,
  /^node:/,
  /^internal\/(process|modules|timers)/,
  /(^|\/)(site|dist)-packages\//,
  /(^|\/)lib(64)?\/python\d/,
  /^<frozen /,
  /(^|\/)go\/pkg\/mod\//,
  /(^|\/)(usr\/local\/go|go-sdk|goroot|libexec)\/src\//i,
  /^(runtime|net\/http|database\/sql|reflect|testing|sync|context|io|os|bufio)\/[^/]+\.(go|s)$/,
  /(^|\/)vendor\//,
  /(^|\/)gems\//,
  /@v\d+\.\d+/,
];

/** Packages of languages whose frames tell a class rather than a path. */
const libraryLabels = /^(java|javax|jakarta|sun|jdk|com\.sun|kotlin|kotlinx|scala|org\.(springframework|apache|eclipse|hibernate|junit)|io\.(netty|undertow|grpc)|com\.amazonaws|software\.amazon|System|Microsoft|runtime|net\/http|database\/sql)\./;

export const isOwn = ({ path, label }: Frame): boolean =>
  !(path !== null && libraryPaths.some((known) => known.test(path.replaceAll('\\', '/')))) && !(label !== null && libraryLabels.test(label));

/** Frames that belong together, in the order of the stack. */
export interface FrameRun {
  own: boolean;
  frames: Frame[];
}

/** runsOf gathers neighbouring frames of people's own code, and of libraries. */
export const runsOf = (stack: Frame[]): FrameRun[] => {
  const runs: FrameRun[] = [];
  for (const frame of stack) {
    const own = isOwn(frame);
    const last = runs.at(-1);
    if (last?.own === own) last.frames.push(frame);
    else runs.push({ own, frames: [frame] });
  }
  return runs;
};
