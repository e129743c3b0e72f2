// Reads QR codes, with the browser's own detector or with jsQR.

import { Problem } from "../protocol/problem";

interface Detector {
  detect(source: ImageBitmapSource): Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

const PAUSE_MS = 150;
/** The longest side of a picture for jsQR: enough for a screenshot, and fast enough for a camera. */
const MAX_SIDE = 1600;

async function nativeDetector(): Promise<Detector | null> {
  const known = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (!known) return null;
  const formats = await known.getSupportedFormats().catch((): string[] => []);
  return formats.includes("qr_code") ? new known({ formats: ["qr_code"] }) : null;
}

type Source = CanvasImageSource & ImageBitmapSource;

async function reader(): Promise<(source: Source, width: number, height: number) => Promise<string | null>> {
  const native = await nativeDetector();
  const { default: jsQR } = await import("jsqr");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (source, width, height) => {
    if (native) {
      const found = await native.detect(source).catch(() => []);
      if (found[0]) return found[0].rawValue;
    }
    const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    if (!context || canvas.width === 0 || canvas.height === 0) return null;
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return jsQR(data, canvas.width, canvas.height)?.data || null;
  };
}

/** Shows the camera, and passes each text that it reads to `onText`. Resolves when the camera is on; rejects if there is none. */
export async function watchCamera(
  video: HTMLVideoElement,
  onText: (text: string) => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  if (!navigator.mediaDevices) throw new Problem("camera_unavailable");
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  const stop = () => stream.getTracks().forEach((track) => track.stop());
  if (signal.aborted) return stop();
  signal.addEventListener("abort", stop, { once: true });
  video.srcObject = stream;
  await video.play();
  void scan(video, onText, signal);
}

async function scan(video: HTMLVideoElement, onText: (text: string) => Promise<unknown>, signal: AbortSignal): Promise<void> {
  const read = await reader();
  let last = "";
  while (!signal.aborted) {
    const text = video.videoWidth > 0 ? await read(video, video.videoWidth, video.videoHeight) : null;
    // Skip a text that was read before: it would cause the same problem. A live QR code changes every second.
    if (text && text !== last && !signal.aborted) {
      last = text;
      await onText(text);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

export async function readPicture(file: Blob): Promise<string> {
  const bitmap = await createImageBitmap(file).catch((cause: unknown) => {
    throw new Problem("qr_not_found", 0, {}, cause);
  });
  const read = await reader();
  const text = await read(bitmap, bitmap.width, bitmap.height);
  bitmap.close();
  if (!text) throw new Problem("qr_not_found");
  return text;
}
