/** The part of sherpa-onnx-node 1.13.8 used here; the package brings JSDoc but no declarations. */
declare module "sherpa-onnx-node" {
  export type OfflineRecognizerConfig = {
    readonly featConfig: { readonly sampleRate: number; readonly featureDim: number };
    readonly modelConfig: {
      readonly whisper?: {
        readonly encoder: string;
        readonly decoder: string;
        readonly language: string;
        readonly task: "transcribe";
        readonly tailPaddings: number;
      };
      readonly zipformerCtc?: { readonly model: string };
      readonly tokens: string;
      readonly numThreads: number;
      readonly provider: "cpu";
      readonly debug: 0 | 1;
    };
  };

  export type OfflineResult = {
    readonly text: string;
    /** Whisper: the language it was asked to find. */
    readonly lang: string;
    readonly tokens: readonly string[];
    /** Seconds, one a token; empty for Whisper. */
    readonly timestamps: readonly number[];
  };

  export interface OfflineStream {
    /** Ends the input: it can be called once a stream. */
    acceptWaveform(wave: { samples: Float32Array; sampleRate: number }): void;
  }

  export class OfflineRecognizer {
    constructor(config: OfflineRecognizerConfig);
    createStream(): OfflineStream;
    decode(stream: OfflineStream): void;
    getResult(stream: OfflineStream): OfflineResult;
  }

  const sherpa: { readonly OfflineRecognizer: typeof OfflineRecognizer };
  export default sherpa;
}
