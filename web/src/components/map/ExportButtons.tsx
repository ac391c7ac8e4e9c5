import { useState } from 'react';
import type { Graph } from '../../graph/graph';
import { saveBlob, saveFile } from '../../util/saveFile';
import { pictureOf, type Picture } from './exportSvg';
import { MapButton } from './MapButtons';
import type { Drawing } from './model';

/** Screens show two dots for one: pictures should look as sharp. */
const sharpness = 2;
/** The longest side of a canvas that every browser draws. */
const mostPixels = 8192;

/** pngOf draws the picture into a canvas. The picture is in the address itself, as the content security policy wants. */
const pngOf = async ({ svg, width, height }: Picture): Promise<Blob> => {
  const image = new Image(width, height);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const scale = Math.min(sharpness, mostPixels / Math.max(width, height));
  const canvas = Object.assign(document.createElement('canvas'), { width: Math.round(width * scale), height: Math.round(height * scale) });
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser has no canvas');
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob === null ? reject(new Error('the picture is too large')) : resolve(blob)), 'image/png'));
};

const arrowInto = 'M8 2v7M5 6.5 8 9.5l3-3M3 13h10';
const frameWithSun = 'M2.5 3.5h11v9h-11zM2.5 10.5l3.5-3 3 2.5 2-1.5 2.5 2M10.5 6h.01';

/** Saves the map as a picture. */
export const ExportButtons = ({ graph, drawing, title, subtitle }: { graph: Graph; drawing: Drawing; title: string; subtitle: string }) => {
  const [problem, setProblem] = useState<string | null>(null);
  const draw = (): Picture => {
    const style = getComputedStyle(document.body);
    return pictureOf(graph, drawing, title, subtitle, (name) => style.getPropertyValue(name).trim());
  };
  const savePng = async (): Promise<void> => {
    try {
      saveBlob('service-map.png', await pngOf(draw()));
      setProblem(null);
    } catch (cause) {
      setProblem(`The PNG picture could not be made: ${cause instanceof Error ? cause.message : 'the browser does not say why'}. The SVG picture works in any case.`);
    }
  };
  return (
    <>
      <MapButton label="Save as SVG picture" drawing={arrowInto} onClick={() => saveFile('service-map.svg', 'image/svg+xml', draw().svg)} />
      <MapButton label="Save as PNG picture" drawing={frameWithSun} onClick={savePng} />
      {problem !== null && (
        <p className="rs-map-problem" role="alert">
          {problem}
        </p>
      )}
    </>
  );
};
