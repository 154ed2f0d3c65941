// Written by `understudy schema --typescript`; a test compares the two.

/** The id of a request, that its answer carries. */
export type RequestId = string | number | null;

export type VerbName = "new" | "clear" | "doctor" | "schema" | "studio" | "demo" | "run" | "frames extract" | "frames import" | "frames cut" | "frames denoise" | "extract" | "sort" | "catalogue" | "faceset filter" | "faceset stats" | "faceset pack" | "faceset unpack" | "faceset import" | "faceset save-metadata" | "faceset restore-metadata" | "faceset recover-names" | "faceset landmarks" | "faceset export-masks" | "faceset delete" | "faceset restore" | "faceset undo" | "faceset redo" | "faceset resize" | "faceset enhance" | "faceset identity" | "mask status" | "mask label" | "mask fetch" | "mask remove-labels" | "mask remove" | "mask export" | "mask import" | "mask sheet" | "mask check" | "mask train" | "mask apply" | "mask import-model" | "mask export-model" | "train saehd" | "train amp" | "train quick96" | "merge" | "merge deliver" | "merge check" | "merge set" | "merge key" | "merge copy" | "merge shots" | "merge persons" | "merge show" | "merge diff" | "merge undo" | "merge redo" | "merge import-session" | "video encode" | "score" | "model create" | "model list" | "model history" | "model rename" | "model duplicate" | "model delete" | "model verify" | "model restore" | "model import" | "model export" | "model predict";

export type ErrorCode = "bad_option" | "not_found" | "bad_file" | "newer_version" | "no_faces" | "busy" | "cancelled" | "out_of_memory" | "device" | "io" | "external" | "internal";

/** What all lines of a job's standard output have: `id` counts from 0, `time` is in seconds since 1970. */
export interface EventBase {
  id: number;
  time: number;
}

/** The first line of every job. */
export interface StartedEvent extends EventBase {
  event: "started";
  /** Names the folder of the job's log: .understudy/jobs/<job>/. */
  job: string;
  /** What it does. */
  verb: VerbName;
  /** Of the program. */
  version: string;
  /** The workspace folder, absolute. */
  workspace: string;
  /** The command line as it was typed. */
  command: string;
  /** Where it was typed: relative paths among the options begin there. */
  folder: string;
  /** By name; optional ones may be absent. */
  positionals: Record<string, string>;
  /** Those that differ from their defaults. */
  options: Record<string, string | number | boolean>;
}

/** A new part of the work begins, and a new count. */
export interface StageEvent extends EventBase {
  event: "stage";
  /** Of the part. */
  name: string;
}

/** Counted work, at most ten times a second. */
export interface ProgressEvent extends EventBase {
  event: "progress";
  /** What is counted: frames, faces, iterations. */
  what: string;
  /** So far. */
  done: number;
  /** In all; 0: open-ended. */
  total: number;
  /** Rate since the stage began. */
  per_second: number;
  /** Absent when unknown. */
  seconds_left?: number;
}

/** Named numbers at a point of the work; in training about once a second. */
export interface MetricEvent extends EventBase {
  event: "metric";
  /** The iteration. */
  at: number;
  /** By name. */
  values: Record<string, number | null>;
}

/** A picture to look at was drawn anew. */
export interface PreviewEvent extends EventBase {
  event: "preview";
  /** Which picture; a slot keeps its name. */
  slot: string;
  /** Counts from 1 in each slot of the job. */
  version: number;
  /** The file that holds it now. */
  path: string;
}

/** A bad frame or face, and what else should be known; never the end. */
export interface WarningEvent extends EventBase {
  event: "warning";
  text: string;
}

/** Worth telling, not a problem. */
export interface NoteEvent extends EventBase {
  event: "note";
  text: string;
}

/** A finished file under its final name. */
export interface SavedEvent extends EventBase {
  event: "saved";
  path: string;
  /** What it is. */
  what: string;
}

/** The answer to a request: it is done, now or at the next place where it can be. */
export interface AcceptedEvent extends EventBase {
  event: "accepted";
  /** The request's id. */
  request: RequestId;
}

/** The answer to a request that changes nothing. */
export interface RefusedEvent extends EventBase {
  event: "refused";
  /** The request's id; null where there was none to read. */
  request: RequestId;
  /** One sentence. */
  reason: string;
}

/** The last line of a job that succeeded. */
export interface DoneEvent extends EventBase {
  event: "done";
  /** The step's own object, as its page says. */
  report: Record<string, unknown>;
}

/** The last line of a job that did not. */
export interface ErrorEvent extends EventBase {
  event: "error";
  code: ErrorCode;
  /** One sentence. */
  message: string;
  /** What to do; or empty. */
  hint: string;
}

export type JobEvent =
  | StartedEvent
  | StageEvent
  | ProgressEvent
  | MetricEvent
  | PreviewEvent
  | WarningEvent
  | NoteEvent
  | SavedEvent
  | AcceptedEvent
  | RefusedEvent
  | DoneEvent
  | ErrorEvent;

/** Finish the item, save, end with the error cancelled. */
export interface StopCommand {
  id: RequestId;
  command: "stop";
}

/** Save a generation of the model now. */
export interface SaveCommand {
  id: RequestId;
  command: "save";
}

/** Save, and keep that in backups/01. */
export interface BackupCommand {
  id: RequestId;
  command: "backup";
}

/** Draw the previews now. */
export interface PreviewCommand {
  id: RequestId;
  command: "preview";
}

/** Show the next of them in preview.png. */
export interface NextPreviewCommand {
  id: RequestId;
  command: "next-preview";
}

/** Draw the loss graph over another range. */
export interface LossRangeCommand {
  id: RequestId;
  command: "loss-range";
}

/** Stand still between two iterations. */
export interface PauseCommand {
  id: RequestId;
  command: "pause";
}

/** Go on after a pause. */
export interface ResumeCommand {
  id: RequestId;
  command: "resume";
}

/** Change a live option: key and value as on the command line. */
export interface SetCommand {
  id: RequestId;
  command: "set";
  key: string;
  value: string | number | boolean;
}

export type JobCommand =
  | StopCommand
  | SaveCommand
  | BackupCommand
  | PreviewCommand
  | NextPreviewCommand
  | LossRangeCommand
  | PauseCommand
  | ResumeCommand
  | SetCommand;

/** Make a workspace, with copies of the two videos or folders of pictures if they are named. */
export interface NewOptions {
  /** Video to copy there as data_src, or a folder of pictures to copy into it. Default: "". Changes at: start. */
  "src"?: string;
  /** Video to copy there as data_dst, or a folder of pictures to copy into it. Default: "". Changes at: start. */
  "dst"?: string;
}

/** Move what a step made to the workspace's trash, and bring it back. */
export interface ClearOptions {
  /** Of frames and faces: whose. Default: "both". Changes at: start. */
  "side"?: "both" | "src" | "dst";
  /** With the step model: the one to move to the trash. Default: "". Changes at: start. */
  "model"?: string;
  /** Really clear it; without this it is only told what would go. Default: false. Changes at: start. */
  "yes"?: boolean;
  /** Bring back what the last clear moved to the trash. Default: false. Changes at: start. */
  "undo"?: boolean;
}

/** Check this machine: processor, memory, disk, GPU, libraries, and each engine on a tiny known network. */
export interface DoctorOptions {
  /** Look for a CUDA GPU too. Default: true. Changes at: start. */
  "gpu"?: boolean;
}

/** Print verbs, options, events, commands and error codes as JSON, or as TypeScript types. */
export interface SchemaOptions {
  /** As TypeScript types. Default: false. Changes at: start. */
  "typescript"?: boolean;
  /** What can be asked of the studio over HTTP, as Markdown. Default: false. Changes at: start. */
  "routes"?: boolean;
}

/** Open the studio: every step in the browser, on this machine alone. */
export interface StudioOptions {
  /** Of this machine, where the studio answers; 0 takes any that is free. Range: 0 to 65535. Default: 7411. Changes at: start. */
  "port"?: number;
  /** Opens the page in the browser of this desktop, where there is one. Default: true. Changes at: start. */
  "open"?: boolean;
  /** What the page must know, instead of the one that is kept for you: at least 16 letters or digits. Default: "". Changes at: start. */
  "token"?: string;
}

/** The whole way on two rendered people, measured against the truth. */
export interface DemoOptions {
  /** Side of the rendered clips, in pixels. Range: 128 to 1024. Default: 400. Changes at: start. */
  "size"?: number;
  /** Of each clip. Range: 8 to 300. Default: 150. Changes at: start. */
  "frames"?: number;
  /** Training time: 7m. Default: "7m". Changes at: start. */
  "time"?: string;
  /** Train up to this iteration instead of for a time; 0: off. Range: 0 to …. Default: 0. Changes at: start. */
  "target-iter"?: number;
}

/** The whole way: extract, train, merge, encode; what is done and current is skipped. */
export interface RunOptions {
  /** saehd, or quick96 for the quickest first look. Default: "saehd". Changes at: start. */
  "model"?: "saehd" | "quick96";
  /** Training time in all, over every call of run: 90s, 10m, 2h. Default: 1h, unless --target-iter is given. Default: "". Changes at: start. */
  "time"?: string;
  /** Train up to this iteration; 0: no limit. Range: 0 to …. Default: 0. Changes at: start. */
  "target-iter"?: number;
  /** How much of the head is replaced. Default: "f". Changes at: start. */
  "face-type"?: "h" | "mf" | "f" | "wf" | "head";
  /** The stages of the training: look, evening, film; auto: by the time; none: one stage. Default: "auto". Changes at: start. */
  "schedule"?: "auto" | "none" | "look" | "evening" | "film";
  /** Of a new model: pretrained, or none (random weights); auto: pretrained where it fits. Default: "auto". Changes at: start. */
  "start"?: "auto" | "pretrained" | "none";
  /** Of a new SAEHD model. Default: "df-ud". Changes at: start. */
  "archi"?: string;
  /** That the SAEHD model is brought to; 0: what this machine can finish in the time. Range: 0 to 640. Default: 0. Changes at: start. */
  "resolution"?: number;
  /** Of a new SAEHD model. Range: 32 to 1024. Default: 128. Changes at: start. */
  "dims"?: number;
  /** Of a new SAEHD model. Range: 16 to 256. Default: 48. Changes at: start. */
  "encoder-dims"?: number;
  /** Of a new SAEHD model. Range: 16 to 256. Default: 40. Changes at: start. */
  "decoder-dims"?: number;
  /** Of a new SAEHD model. Range: 1 to 256. Default: 4. Changes at: start. */
  "batch-size"?: number;
  /** Of a new model; the original trains with 1, less learns faster. Range: 0 to 1. Default: 0.2. Changes at: start. */
  "random-move"?: number;
  /** xseg: faces that have no mask get one, by the workspace's XSeg model or else by the one inside the program; none: they keep what they have. Default: "xseg". Changes at: start. */
  "masks"?: "xseg" | "none";
  /** Which mask cuts the face out in the merge. Default: "learned-prd*learned-dst". Changes at: start. */
  "mask"?: "full" | "dst" | "learned-prd" | "learned-dst" | "learned-prd*learned-dst" | "learned-prd+learned-dst" | "xseg-prd" | "xseg-dst" | "xseg-prd*xseg-dst" | "learned-prd*learned-dst*xseg-prd*xseg-dst";
  /** In the merge. Range: -400 to 400. Default: 0. Changes at: start. */
  "erode"?: number;
  /** In the merge. Range: 0 to 400. Default: 40. Changes at: start. */
  "blur"?: number;
  /** In the merge: how much of the enhancer's finer face is mixed in. -1: 40 where this processor computes in bf16; elsewhere it takes a second and a half a frame, and the face is sharpened a little instead. Range: -1 to 100. Default: -1. Changes at: start. */
  "super-resolution-power"?: number;
  /** In the merge: how far the irises are moved to where dst's look, in per cent. Range: 0 to 100. Default: 100. Changes at: start. */
  "gaze"?: number;
  /** In the merge: how far the lids are moved to where dst's are, in per cent. Range: 0 to 100. Default: 100. Changes at: start. */
  "lids"?: number;
  /** Of a new model. Default: 1. Changes at: start. */
  "seed"?: number;
}

/** Save the frames of a video as numbered images. */
export interface FramesExtractOptions {
  /** png keeps every pixel at 8 bits; png16 also what a 10-bit video holds beyond; jpg is five to ten times smaller. Default: "png". Changes at: start. */
  "format"?: "png" | "png16" | "jpg";
  /** Take only so many; 0 takes every frame. No frame is ever doubled. Range: 0 to 1000. Default: 0.0. Changes at: start. */
  "fps"?: number;
  /** Of frames that are saved as jpg. Range: 1 to 100. Default: 98. Changes at: start. */
  "jpeg-quality"?: number;
  /** Before the numbers in the frames' names, so that several sources can share a folder: letters, digits, '-'. Default: "". Changes at: start. */
  "prefix"?: string;
  /** Make each frame of an interlaced video out of its two fields, so that what moves has no combed edges. Default: false. Changes at: start. */
  "deinterlace"?: boolean;
  /** Where one can; else the processor does it, and a note says so. Default: false. Changes at: start. */
  "hardware"?: boolean;
  /** Replace the frames that are there. Default: false. Changes at: start. */
  "redo"?: boolean;
  /** 0 takes one per processor. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** A video in place of the workspace's. Default: "". Changes at: start. */
  "input"?: string;
  /** Folder for the frames, in place of the workspace's. Default: "". Changes at: start. */
  "output"?: string;
}

/** Take a folder of images as frames. */
export interface FramesImportOptions {
  /** Before the numbers in the frames' names, so that several sources can share a folder: letters, digits, '-'. Default: "". Changes at: start. */
  "prefix"?: string;
  /** How fast the images follow each other when they become a video again. Range: 0.01 to 1000. Default: 25.0. Changes at: start. */
  "fps"?: number;
  /** The folder of images. Default: "". Changes at: start. */
  "input"?: string;
  /** Folder for the frames, in place of the workspace's. Default: "". Changes at: start. */
  "output"?: string;
}

/** Cut a part out of a video. */
export interface FramesCutOptions {
  /** Where the part begins: 12.5 (seconds), 1:02.5 or 0:01:02.500. Default: "". Changes at: start. */
  "from"?: string;
  /** Where it ends; empty = the end. Default: "". Changes at: start. */
  "to"?: string;
  /** Copy without encoding, lossless: begins at the key frame before, so up to some seconds early. Default: false. Changes at: start. */
  "fast"?: boolean;
  /** Keep the sound. Default: true. Changes at: start. */
  "sound"?: boolean;
  /** Which to keep, from 1; 0 keeps all. Range: 0 to 100. Default: 0. Changes at: start. */
  "sound-track"?: number;
  /** Make each frame of an interlaced video out of its two fields, so that what moves has no combed edges. Default: false. Changes at: start. */
  "deinterlace"?: boolean;
  /** Quality of the exact cut: lower is better and larger. Range: 0 to 51. Default: 16.0. Changes at: start. */
  "crf"?: number;
  /** Of the exact cut in megabits a second, in place of the CRF; 0 = by the CRF. Range: 0 to 1000. Default: 0.0. Changes at: start. */
  "bitrate"?: number;
  /** x264's, from ultrafast to veryslow. Default: "medium". Changes at: start. */
  "preset"?: string;
  /** Replace the output when it exists. Default: false. Changes at: start. */
  "redo"?: boolean;
  /** A video in place of the workspace's. Default: "". Changes at: start. */
  "input"?: string;
  /** The video to write, in place of <input>_cut. Default: "". Changes at: start. */
  "output"?: string;
}

/** Take the noise out of the frames, over space and time. */
export interface FramesDenoiseOptions {
  /** 1 hardly changes anything, 20 smears. Range: 1 to 20. Default: 7. Changes at: start. */
  "factor"?: number;
  /** Put the original frames back. Default: false. Changes at: start. */
  "undo"?: boolean;
  /** Of frames that are saved as jpg. Range: 1 to 100. Default: 98. Changes at: start. */
  "jpeg-quality"?: number;
  /** 0 takes one per processor. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** A video or a folder of images, in place of the workspace's frames. Default: "". Changes at: start. */
  "input"?: string;
  /** Folder for the denoised frames; without it they take the place of the originals, which are kept. Default: "". Changes at: start. */
  "output"?: string;
}

/** Find the faces in all frames and save them aligned. */
export interface ExtractOptions {
  /** How much of the head a crop covers: half, mid-full, full, whole face or head. f-upright and head-upright are not turned with the head; mark keeps the whole frame and only marks the face. Default: "wf". Changes at: start. */
  "face-type"?: "h" | "mf" | "f" | "wf" | "head" | "f-upright" | "head-upright" | "mark";
  /** Side of a face crop, in pixels; 0 takes 512, or 768 for head. Range: 0 to 2048. Default: 0. Changes at: start. */
  "image-size"?: number;
  /** Of the saved crops. Range: 1 to 100. Default: 90. Changes at: start. */
  "jpeg-quality"?: number;
  /** The largest ones are kept; 0 keeps all. Range: 0 to …. Default: 0. Changes at: start. */
  "max-faces"?: number;
  /** Also write each frame with what was found drawn into it. Default: false. Changes at: start. */
  "debug"?: boolean;
  /** on: faces are followed through the clip, freed of trembling without lag, and filled in where they are lost for a few frames. off: every frame is taken by itself. auto: off for a folder of stills, else on. Default: "auto". Changes at: start. */
  "smooth"?: "auto" | "on" | "off";
  /** area: filtered, so that nothing aliases when the crop is smaller than the face in the frame. compatible: bilinear, as DeepFaceLab does. Default: "area". Changes at: start. */
  "resampling"?: "area" | "compatible";
  /** Also search tiles and turned copies of frames in which a face was found at once; several times slower. Default: false. Changes at: start. */
  "thorough"?: boolean;
  /** A JSON file of frames with rectangles or landmarks; they count instead of what is found. Default: "". Changes at: start. */
  "manual"?: string;
  /** Extract anew; faces that are there are moved to a backup folder. Default: false. Changes at: start. */
  "redo"?: boolean;
  /** Look thoroughly again at frames whose debug picture was deleted, or a face of theirs where there are no debug pictures. Default: false. Changes at: start. */
  "redo-deleted"?: boolean;
  /** Look thoroughly again at frames with faces that were marked for it in the studio; the marks go. Default: false. Changes at: start. */
  "marked"?: boolean;
  /** Look thoroughly again at frames in which no face was found. Default: false. Changes at: start. */
  "missing"?: boolean;
  /** 0 takes one per processor. The result does not depend on it. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** A video or a folder of frames, in place of the workspace's. Default: "". Changes at: start. */
  "input"?: string;
  /** Folder for the faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "output"?: string;
}

/** Put the faces of a side into an order, by renaming them. */
export interface SortOptions {
  /** The method; docs/curate.md tells what each one measures, its order and what it throws out. Default: "hist". Changes at: start. */
  "by"?: "blur" | "motion-blur" | "face-yaw" | "face-pitch" | "face-source-rect-size" | "hist" | "hist-dissim" | "brightness" | "hue" | "black" | "origname" | "oneface" | "absdiff" | "final" | "final-fast" | "quality" | "duplicates" | "expression" | "coverage" | "identity";
  /** final, final-fast, coverage: how many faces to keep, about; the rest goes to the trash. Range: 1 to 10000000. Default: 2000. Changes at: start. */
  "target"?: number;
  /** absdiff: the next face is the one least like the last, not the one most like it. Default: false. Changes at: start. */
  "dissimilar"?: boolean;
  /** duplicates: mean difference, of 255, up to which two faces count as one picture. Range: 0 to 255. Default: 1.5. Changes at: start. */
  "threshold"?: number;
  /** duplicates: keep the best of each group and move the others to the trash. Default: false. Changes at: start. */
  "drop"?: boolean;
  /** Move nothing; write the order as JSON. Default: false. Changes at: start. */
  "dry-run"?: boolean;
  /** Take back the last sort or filter of this side that is not taken back yet. Default: false. Changes at: start. */
  "undo"?: boolean;
  /** 0 takes one per processor. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
  /** Where a dry run writes, in place of WORKSPACE/.understudy/sort-SIDE.json. Default: "". Changes at: start. */
  "output"?: string;
}

/** Measure all faces of a side, or those that are new. */
export interface CatalogueOptions {
  /** 0 takes one per processor. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
}

/** Find faces by what was measured of them; keep or throw them out. */
export interface FacesetFilterOptions {
  /** Move the faces for which the expression holds to the trash. Default: false. Changes at: start. */
  "trash"?: boolean;
  /** Move all other faces to the trash. Default: false. Changes at: start. */
  "keep"?: boolean;
  /** 0 takes one per processor. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
  /** Also write the names, one a line, to this file. Default: "". Changes at: start. */
  "output"?: string;
}

/** Show where the faces look and how good they are, as pictures and JSON. */
export interface FacesetStatsOptions {
  /** 0 takes one per processor. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
  /** Folder for the pictures, in place of WORKSPACE/.understudy/stats-SIDE. Default: "". Changes at: start. */
  "output"?: string;
}

/** Put all faces into one faceset.pak. */
export interface FacesetPackOptions {
  /** Do not remove what was packed or unpacked, or the metadata file that was restored. Default: false. Changes at: start. */
  "keep"?: boolean;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
}

/** Write the faces of a faceset.pak back as files. */
export interface FacesetUnpackOptions {
  /** Do not remove what was packed or unpacked, or the metadata file that was restored. Default: false. Changes at: start. */
  "keep"?: boolean;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
}

/** Copy the faces of another folder or faceset.pak into a faceset. */
export interface FacesetImportOptions {
  /** A folder of aligned faces, one with aligned in it, or a faceset.pak. Default: "". Changes at: start. */
  "from"?: string;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
}

/** Keep the faces' metadata in meta.dat while their pictures are edited elsewhere. */
export interface FacesetSaveMetadataOptions {
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
}

/** Give edited pictures their metadata back from meta.dat. */
export interface FacesetRestoreMetadataOptions {
  /** Do not remove what was packed or unpacked, or the metadata file that was restored. Default: false. Changes at: start. */
  "keep"?: boolean;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
}

/** Name the faces after their frames again. */
export interface FacesetRecoverNamesOptions {
  /** Report the new names and rename nothing. Default: false. Changes at: start. */
  "dry-run"?: boolean;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
}

/** Save pictures of the faces with their landmarks drawn in. */
export interface FacesetLandmarksOptions {
  /** Write the pictures into the folder of faces, as DeepFaceLab does. Default: false. Changes at: start. */
  "beside"?: boolean;
  /** 0 takes one per processor. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
  /** Folder for the pictures. Default: "". Changes at: start. */
  "output"?: string;
}

/** Save the faces' masks as pictures. */
export interface FacesetExportMasksOptions {
  /** Write the pictures into the folder of faces, as DeepFaceLab does. Default: false. Changes at: start. */
  "beside"?: boolean;
  /** 0 takes one per processor. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
  /** Folder for the pictures. Default: "". Changes at: start. */
  "output"?: string;
}

/** Move faces to the trash folder. */
export interface FacesetDeleteOptions {
  /** File names, with commas between them. Default: "". Changes at: start. */
  "names"?: string;
  /** A text file with one file name a line. Default: "". Changes at: start. */
  "list"?: string;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
}

/** Bring faces back from the trash folder. */
export interface FacesetRestoreOptions {
  /** File names, with commas between them. Default: "". Changes at: start. */
  "names"?: string;
  /** A text file with one file name a line. Default: "". Changes at: start. */
  "list"?: string;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
}

/** Take back the last change of the faces: thrown out, brought back, persons, marks. */
export interface FacesetUndoOptions {
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
}

/** Do again what was taken back last. */
export interface FacesetRedoOptions {
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
}

/** Change the size of the faces, or how much of the head they show. */
export interface FacesetResizeOptions {
  /** New side of the crops, in pixels. Range: 64 to 2048. Default: 512. Changes at: start. */
  "image-size"?: number;
  /** How much of the head the new crops cover; same keeps that. Default: "same". Changes at: start. */
  "face-type"?: "same" | "h" | "mf" | "f" | "wf" | "head";
  /** Cut each face anew from its frame where that is there: no black borders when a crop covers more, and real detail when it grows. Default: false. Changes at: start. */
  "from-frames"?: boolean;
  /** Of the new pictures. Range: 1 to 100. Default: 100. Changes at: start. */
  "jpeg-quality"?: number;
  /** Put the results in their place when all are done; the originals go to the trash folder. Default: false. Changes at: start. */
  "replace"?: boolean;
  /** 0 takes one per processor. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
  /** Folder for the new faces, in place of <input>_resized. Default: "". Changes at: start. */
  "output"?: string;
  /** With --from-frames: a video or a folder of images, in place of the workspace's. Default: "". Changes at: start. */
  "frames"?: string;
}

/** Make the faces sharper and cleaner with a network. */
export interface FacesetEnhanceOptions {
  /** An ONNX or TFLite file for super-resolution or face restoration; by default the program's own. Default: "". Changes at: start. */
  "network"?: string;
  /** How much of the network's picture: 0 leaves the face as it is. Range: 0 to 1. Default: 1.0. Changes at: start. */
  "strength"?: number;
  /** New side of the crops, for networks that enlarge; 0 keeps each face's. Range: 0 to 2048. Default: 0. Changes at: start. */
  "image-size"?: number;
  /** What the network calls black and white: unit = 0 and 1, signed = -1 and 1. Default: "unit". Changes at: start. */
  "value-range"?: "unit" | "signed";
  /** Of the network's channels. Default: "rgb". Changes at: start. */
  "colour-order"?: "rgb" | "bgr";
  /** How much smaller than the crop a network that enlarges gets it: the more, the faster, and the more detail is made up. 0: from 2 up to the network's factor, by how far the crop was enlarged when it was cut. Range: 0 to 8. Default: 0. Changes at: start. */
  "shrink"?: number;
  /** Largest side of the overlapping pieces in which a network of no fixed size gets a picture. Range: 32 to 2048. Default: 192. Changes at: start. */
  "tile"?: number;
  /** For networks with a further input, such as a fidelity. Default: 0.5. Changes at: start. */
  "control"?: number;
  /** Of the new pictures. Range: 1 to 100. Default: 100. Changes at: start. */
  "jpeg-quality"?: number;
  /** Put the results in their place when all are done; the originals go to the trash folder. Default: false. Changes at: start. */
  "replace"?: boolean;
  /** 0 takes one per processor. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
  /** Folder for the new faces, in place of <input>_enhanced. Default: "". Changes at: start. */
  "output"?: string;
}

/** Tell who is in a faceset; keep or reject persons. */
export interface FacesetIdentityOptions {
  /** Numbers as listed, such as 0 or 0,2, or names given in the studio: the faces of all others go to the trash folder. Default: "". Changes at: start. */
  "keep"?: string;
  /** Numbers or names, as listed: their faces go to the trash folder. Default: "". Changes at: start. */
  "reject"?: string;
  /** Faces farther than this from the middle of their person go to the trash folder, 0.4 to 0.5 is usual; 0: they stay. Range: 0 to 2. Default: 0.0. Changes at: start. */
  "outliers"?: number;
  /** Faces nearer than this are one person; smaller finds more persons. Range: 0.2 to 1. Default: 0.5. Changes at: start. */
  "threshold"?: number;
  /** Only tell what would be moved. Default: false. Changes at: start. */
  "dry-run"?: boolean;
  /** 0 takes one per processor. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Also write a picture of every person's faces to this file. Default: "". Changes at: start. */
  "sheet"?: string;
  /** A folder of faces, in place of the workspace's. Default: "". Changes at: start. */
  "input"?: string;
}

/** Count labels and masks, and how far they agree. */
export interface MaskStatusOptions {
  /** 0 takes one per processor. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
}

/** Draw, carry over, take back: operations on the faces' labels. */
export interface MaskLabelOptions {
  /** A JSON file of operations on labels (docs/mask.md); all of them or none. Default: "". Changes at: start. */
  "apply"?: string;
  /** A labelled face; its labels go to the faces of its track, or to those of --names, as the face moves. Default: "". Changes at: start. */
  "carry-from"?: string;
  /** Make labels of the masks that faces have, to work on them by hand. Default: false. Changes at: start. */
  "from-masks"?: boolean;
  /** Only these faces: file names with commas between. Default: "". Changes at: start. */
  "names"?: string;
  /** --carry-from, --from-masks: also where a face has labels already. Default: false. Changes at: start. */
  "replace"?: boolean;
  /** Take back the last change of labels or masks that is not taken back yet; with --names, of these faces alone. Default: false. Changes at: start. */
  "undo"?: boolean;
  /** Do again what was taken back last. Default: false. Changes at: start. */
  "redo"?: boolean;
  /** 0 takes one per processor. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
}

/** Copy the labelled faces to a folder of their own. */
export interface MaskFetchOptions {
  /** Move the labelled faces there; without, they are copied. Default: false. Changes at: start. */
  "move"?: boolean;
  /** Bring the faces that --move took away last back to where they were, with what was drawn on them since. Default: false. Changes at: start. */
  "undo"?: boolean;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
  /** Folder for the labelled faces, in place of <input>_xseg. Default: "". Changes at: start. */
  "output"?: string;
}

/** Remove the labels from the faces. */
export interface MaskRemoveLabelsOptions {
  /** Only of these faces: file names with commas between. Default: "". Changes at: start. */
  "names"?: string;
  /** 0 takes one per processor. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
}

/** Remove the applied masks from the faces. */
export interface MaskRemoveOptions {
  /** Only of these faces: file names with commas between. Default: "". Changes at: start. */
  "names"?: string;
  /** 0 takes one per processor. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
}

/** Write masks and labels as files that other programs read. */
export interface MaskExportOptions {
  /** masks = a PNG a face, labelme = a JSON file a face with its polygons, coco = one JSON file with all. Default: "all". Changes at: start. */
  "what"?: "all" | "masks" | "labelme" | "coco";
  /** Put the faces' pictures beside them; those of a packed faceset are always. Default: false. Changes at: start. */
  "pictures"?: boolean;
  /** 0 takes one per processor. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
  /** Folder for the files, in place of <input>_labels. Default: "". Changes at: start. */
  "output"?: string;
}

/** Take masks and labels from files of other programs. */
export interface MaskImportOptions {
  /** A folder of PNGs and LabelMe files, or one COCO file, in place of <input>_labels. Default: "". Changes at: start. */
  "from"?: string;
  /** 0 takes one per processor. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
}

/** Draw pages that show faces and their masks. */
export interface MaskSheetOptions {
  /** Which ones: all, those with labels, with a mask, or without one. Default: "all". Changes at: start. */
  "faces"?: "all" | "labelled" | "masked" | "unmasked";
  /** So many of them, evenly spread over the folder; 0 shows each. Range: 0 to 1000000. Default: 120. Changes at: start. */
  "limit"?: number;
  /** Side of a picture on the page, in pixels. Range: 48 to 1024. Default: 192. Changes at: start. */
  "cell"?: number;
  /** 0 takes one per processor. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
  /** Folder for the pages, in place of <input>_sheet. Default: "". Changes at: start. */
  "output"?: string;
}

/** Find the masks that are most likely wrong. */
export interface MaskCheckOptions {
  /** So many of the most doubtful faces are drawn on pages. Range: 0 to 10000. Default: 48. Changes at: start. */
  "worst"?: number;
  /** 0 takes one per processor. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
  /** Folder for check.json and the pages, in place of <input>_check. Default: "". Changes at: start. */
  "output"?: string;
}

/** Train an XSeg model on the faces that have labels (resumes the one that is there). */
export interface MaskTrainOptions {
  /** Of the first weights and all samples; on the CPU the same seed gives the same model. Default: 1. Changes at: creation. */
  "seed"?: number;
  /** Begins a new model; the one that is there is kept under another name. Default: false. Changes at: start. */
  "restart"?: boolean;
  /** Folder of aligned src faces or with their faceset.pak; empty: the workspace's. Default: "". Changes at: start. */
  "src"?: string;
  /** The same of dst. Default: "". Changes at: start. */
  "dst"?: string;
  /** Folder of aligned faces that --pretrain learns from; empty: src and dst. Default: "". Changes at: start. */
  "pretrain-set"?: string;
  /** Arithmetic of the network; auto takes bf16 on a GPU and on processors with AMX, elsewhere only where --winograd is off and they have it. Weights are kept in fp32. Default: "auto". Changes at: start. */
  "precision"?: "auto" | "fp32" | "bf16";
  /** Use a CUDA GPU when there is one. Default: true. Changes at: start. */
  "gpu"?: boolean;
  /** Processor threads; 0: all. Range: 0 to 1024. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Train for this long in this call: 90s, 10m, 2h; empty: without limit. Default: "". Changes at: start. */
  "time"?: string;
  /** Stop at this iteration; 0: no limit. Range: 0 to …. Default: 0. Changes at: start. */
  "target-iter"?: number;
  /** Minutes between saves. Range: 0.05 to 1440. Default: 10.0. Changes at: live. */
  "save-every"?: number;
  /** Minutes between previews. Range: 0.05 to 1440. Default: 1.0. Changes at: live. */
  "preview-every"?: number;
  /** Keeps a picture every 10 iterations (more at large resolutions) in history/. Default: false. Changes at: live. */
  "preview-history"?: boolean;
  /** Hours between backups of the model in backups/01 to 24; 0: none. Range: 0 to 24. Default: 0.0. Changes at: live. */
  "autobackup-hour"?: number;
  /** What a new model begins with. generic: the generic mask, so that few labels and minutes are enough; none: weights drawn by chance, as DeepFaceLab's. Default: "generic". Changes at: creation. */
  "start"?: "generic" | "none";
  /** How much of the head the masked crops cover; faces of other types are brought to it. Default: "wf". Changes at: creation. */
  "face-type"?: "h" | "mf" | "f" | "wf" | "head";
  /** Faces per iteration. Range: 2 to 16. Default: 4. Changes at: start. */
  "batch-size"?: number;
  /** Learns to redraw faces in grey through the bottleneck alone, from --pretrain-set. Switched off later, the iterations count anew and all weights stay. Default: false. Changes at: start. */
  "pretrain"?: boolean;
  /** Of RMSprop. Range: 1e-07 to 0.01. Default: 0.0001. Changes at: start. */
  "lr"?: number;
  /** Each weight takes part in three of ten steps, as in DeepFaceLab. Default: true. Changes at: start. */
  "lr-dropout"?: boolean;
  /** Backgrounds of other faces, warps, glows, colours, sharpening, blur and compression. Off only for tests: an unaugmented network learns its labels by heart. Default: true. Changes at: start. */
  "augment"?: boolean;
  /** Lays drawn hands, hair, hats, cups and other things before two of three labelled faces and takes what they hide out of the mask: what no label shows yet is left out, too. DeepFaceLab has none. Default: true. Changes at: start. */
  "occluders"?: boolean;
  /** In fp32 on a processor: 3x3 convolutions by Winograd's algorithm. Default: true. Changes at: start. */
  "winograd"?: boolean;
}

/** Mask every face with the trained XSeg model, or with another one. */
export interface MaskApplyOptions {
  /** In place of the workspace's: a folder of an XSeg model of ours or with DeepFaceLab's XSeg_256.npy, or an XSeg .onnx file. Default: "". Changes at: start. */
  "model"?: string;
  /** With the mask network inside the program, which works before anybody has drawn a label. Default: false. Changes at: start. */
  "generic"?: boolean;
  /** From how sure on a pixel belongs to the face; DeepFaceLab's is 0.5. Range: 0.1 to 0.95. Default: 0.5. Changes at: start. */
  "threshold"?: number;
  /** Blurs the mask's edge: standard deviation in pixels of the mask's 256; 0 leaves it hard. Range: 0 to 16. Default: 0.0. Changes at: start. */
  "soften"?: number;
  /** Only faces that have no mask yet. Default: false. Changes at: start. */
  "missing"?: boolean;
  /** Use a CUDA GPU when there is one. Default: true. Changes at: start. */
  "gpu"?: boolean;
  /** Processor threads; 0: all. Range: 0 to 1024. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Folder of faces, in place of the workspace's aligned folder. Default: "". Changes at: start. */
  "input"?: string;
}

/** Take DeepFaceLab's XSeg model over. */
export interface MaskImportModelOptions {
  /** Folder with DeepFaceLab's XSeg_256.npy; empty: the workspace's model folder. Default: "". Changes at: start. */
  "from"?: string;
}

/** Write the XSeg model as DeepFaceLab's files or as ONNX. */
export interface MaskExportModelOptions {
  /** dfl: XSeg_256.npy and what belongs to it; onnx: XSeg_model.onnx, as DeepFaceLab exports it. Default: "dfl". Changes at: start. */
  "format"?: "dfl" | "onnx";
  /** Folder for the files, in place of the workspace's model folder. Default: "". Changes at: start. */
  "output"?: string;
  /** Write over files that are there. Default: false. Changes at: start. */
  "replace"?: boolean;
}

/** Train a SAEHD model on the workspace's facesets (resumes the one that is there). */
export interface TrainSaehdOptions {
  /** Folder of the model in WORKSPACE/model; empty: the newest of this class, or a new one named after the class. Default: "". Changes at: start. */
  "model"?: string;
  /** Of a new model, for all that is not given: recommended (what was measured to help), or compatible: as DeepFaceLab trains, in fp32. Default: "recommended". Changes at: creation. */
  "preset"?: "recommended" | "compatible";
  /** Follows the stages of a whole training by itself (small, large, without random warp, …): look, evening or film; auto: by the time. --time and --target-iter are then those of the whole, over every call. Default: "none". Changes at: start. */
  "schedule"?: "auto" | "none" | "look" | "evening" | "film";
  /** Arithmetic of the network; auto takes bf16 on a GPU and on processors with AMX, elsewhere only where --winograd is off and they have it. Weights are kept in fp32. Default: "auto". Changes at: start. */
  "precision"?: "auto" | "fp32" | "bf16";
  /** Use a CUDA GPU when there is one. Default: true. Changes at: start. */
  "gpu"?: boolean;
  /** On a GPU: records an iteration and launches it whole from then on, if that does the same as a plain one. Default: true. Changes at: start. */
  "gpu-graph"?: boolean;
  /** Processor threads; 0: all. Range: 0 to 1024. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Of the first weights and all samples; on the CPU the same seed gives the same model. Default: 1. Changes at: creation. */
  "seed"?: number;
  /** Folder of aligned src faces or with their faceset.pak; empty: the workspace's. Default: "". Changes at: start. */
  "src"?: string;
  /** The same of dst. Default: "". Changes at: start. */
  "dst"?: string;
  /** Memory for prepared faces, in GB. Range: 0 to 1024. Default: 2.0. Changes at: start. */
  "cache-gb"?: number;
  /** Says before the first iteration how much memory and time it will take, by two trial steps. Default: false. Changes at: start. */
  "plan"?: boolean;
  /** Says what the training would need and how far it would come, and ends; nothing is made. With a schedule and no --resolution, also the size that this machine can bring to an end. Default: false. Changes at: start. */
  "plan-only"?: boolean;
  /** Folder of aligned faces, or with their faceset.pak, that --pretrain learns from. Default: "". Changes at: start. */
  "pretrain-set"?: string;
  /** Of a new model: pretrained: weights that already know faces, told src and dst from their faces; none: random ones; auto: pretrained with the recommended preset where the network's sizes fit it. Default: "auto". Changes at: creation. */
  "start"?: "auto" | "pretrained" | "none";
  /** Name of a model whose weights a new model begins with. Default: "". Changes at: start. */
  "start-from"?: string;
  /** Which parts of it, with commas: encoder,decoder_src; empty: all. Default: "". Changes at: start. */
  "start-parts"?: string;
  /** Train for this long in this call: 90s, 10m, 2h; empty: without limit. Default: "". Changes at: start. */
  "time"?: string;
  /** Stop at this iteration; 0: no limit. Range: 0 to …. Default: 0. Changes at: start. */
  "target-iter"?: number;
  /** Minutes between saves. Range: 0.05 to 1440. Default: 10.0. Changes at: live. */
  "save-every"?: number;
  /** Minutes between previews. Range: 0.05 to 1440. Default: 1.0. Changes at: live. */
  "preview-every"?: number;
  /** Keeps a picture every 10 iterations (more at large resolutions) in history/. Default: false. Changes at: live. */
  "preview-history"?: boolean;
  /** Hours between backups of the model in backups/01 to 24; 0: none. Range: 0 to 24. Default: 0.0. Changes at: live. */
  "autobackup-hour"?: number;
  /** Side of the network's face, in pixels; a multiple of 16, with archi flag d or t of 32. Range: 64 to 640. Default: 128. Changes at: creation. */
  "resolution"?: number;
  /** How much of the head is trained: half, mid-full, full, whole face or head. Default: "f". Changes at: creation. */
  "face-type"?: "h" | "mf" | "f" | "wf" | "head";
  /** df (keeps the src identity) or liae (adapts to the dst light), with flags u, d, t, c: liae-ud. Default: "liae-ud". Changes at: creation. */
  "archi"?: string;
  /** Spend the network's capacity inside the face mask only. Default: true. Changes at: start. */
  "masked-training"?: boolean;
  /** Extra weight on eyes and mouth; mends gaze and teeth. Default: false. Changes at: start. */
  "eyes-mouth-prio"?: boolean;
  /** AdaBelief learns more exactly, RMSprop needs less memory. Default: "adabelief". Changes at: start. */
  "optimizer"?: "adabelief" | "rmsprop";
  /** Random hue, saturation and brightness of src inputs. Range: 0 to 0.3. Default: 0.0. Changes at: start. */
  "random-hsv-power"?: number;
  /** df only: pushes the codes of src towards dst's, for more of the src identity; 0: off. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "true-face-power"?: number;
  /** Makes the swapped face take the colours of the dst face; 0: off. Range: 0 to 100. Default: 0.0. Changes at: start. */
  "face-style-power"?: number;
  /** Makes the surroundings of the swapped face those of dst; 0: off. Range: 0 to 100. Default: 0.0. Changes at: start. */
  "bg-style-power"?: number;
  /** Learns faces as such from the pretraining faceset on both sides, with its own fixed rules. Switching it off starts the inters and the iteration count anew. Default: false. Changes at: start. */
  "pretrain"?: boolean;
  /** Faces per side and iteration. Range: 1 to 256. Default: 4. Changes at: start. */
  "batch-size"?: number;
  /** Width of the latent code. Range: 16 to 1024. Default: 256. Changes at: creation. */
  "ae-dims"?: number;
  /** Width of the encoder. Range: 4 to 256. Default: 64. Changes at: creation. */
  "e-dims"?: number;
  /** Width of the decoder. Range: 4 to 256. Default: 64. Changes at: creation. */
  "d-dims"?: number;
  /** Width of the mask decoder. Range: 4 to 256. Default: 22. Changes at: creation. */
  "d-mask-dims"?: number;
  /** Draws faces evenly over the head's turn, so that rare profiles are not blurry. Default: false. Changes at: start. */
  "uniform-yaw"?: boolean;
  /** Blurs what lies outside the face in the training targets. Default: false. Changes at: start. */
  "blur-out-mask"?: boolean;
  /** Kept with the model for DeepFaceLab, to which it is exported. Here it changes nothing: weights and optimiser lie where the training computes. Default: true. Changes at: start. */
  "models-opt-on-gpu"?: boolean;
  /** Updates 30 % of the weights a step, with a cosine; for the last part of a training. Default: "n". Changes at: start. */
  "lr-dropout"?: "n" | "y" | "cpu";
  /** Distorts the inputs so that expressions generalise; off for the last part of a training. Default: true. Changes at: start. */
  "random-warp"?: boolean;
  /** Mirrors src faces at random. Default: false. Changes at: start. */
  "random-src-flip"?: boolean;
  /** Mirrors dst faces at random. Default: true. Changes at: start. */
  "random-dst-flip"?: boolean;
  /** Strength of the patch discriminator, for fine detail at the very end; 0: off. Range: 0 to 5. Default: 0.0. Changes at: start. */
  "gan-power"?: number;
  /** Pixels that the discriminator sees at once; 0: an eighth of the resolution. A change starts the discriminator anew. Range: 0 to 640. Default: 0. Changes at: start. */
  "gan-patch-size"?: number;
  /** Width of the discriminator. A change starts it anew. Range: 4 to 512. Default: 16. Changes at: start. */
  "gan-dims"?: number;
  /** Recolours src samples after random dst samples. Default: "none". Changes at: start. */
  "ct-mode"?: "none" | "rct" | "lct" | "mkl" | "idt" | "sot";
  /** Limits the gradient's norm to 1 against collapse. Default: false. Changes at: start. */
  "clipgrad"?: boolean;
  /** Size of a step; 0: the class's own (SAEHD and AMP 5e-5, Quick96 2e-4). Range: 0 to 0.01. Default: 0.0. Changes at: start. */
  "lr"?: number;
  /** That of encoder and inters, as a part of the learning rate: below 1 what they know already is kept; a model that begins with the pretrained start gets 0.2. Range: 0 to 1. Default: 1.0. Changes at: start. */
  "encoder-lr"?: number;
  /** Iterations over which the learning rate rises from 0 to its full height; 0: none. Range: 0 to 100000. Default: 0. Changes at: start. */
  "warm-up"?: number;
  /** constant, or cosine: down to a twentieth over the iterations of --lr-decay, then constant. Default: "constant". Changes at: start. */
  "lr-schedule"?: "constant" | "cosine";
  /** Iterations of the cosine. Range: 1 to 100000000. Default: 100000. Changes at: start. */
  "lr-decay"?: number;
  /** Decay of a running mean of the weights, which previews, merging and export then use: 0.999; 0: off. Range: 0 to 0.99999. Default: 0.0. Changes at: start. */
  "ema"?: number;
  /** Gradients are means over the batch, not sums: clipping and step sizes no longer depend on its size. Default: false. Changes at: start. */
  "mean-gradient"?: boolean;
  /** original; padded: windows reach the border; two-scale: padded, and the second window is truly wider. Default: "original". Changes at: start. */
  "structure-loss"?: "original" | "padded" | "two-scale";
  /** The background style looks outside the dst face, where the swapped face lies, not outside the src face. Default: false. Changes at: start. */
  "mended-losses"?: boolean;
  /** Divides the masked terms by the mask's part of the picture: small faces learn as fast. Default: false. Changes at: start. */
  "area-normalised"?: boolean;
  /** Reads the swapped face with the encoder and pulls it towards what dst's face does; for an encoder that knows faces already. High values make src resemble dst. Compares faces with each other: needs two or more at a time. Not for AMP; 0: off. Range: 0 to 100. Default: 0.0. Changes at: start. */
  "expression-power"?: number;
  /** Weight of a loss on the images' gradients at three scales, for crisp detail; 0: off. Range: 0 to 100. Default: 0.0. Changes at: start. */
  "edge-power"?: number;
  /** How much the surroundings of the face count in masked training: 0 not, 1 fully. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "background-power"?: number;
  /** Turns, open mouths and shut eyes that a set has little of come more often, and src faces of the kinds that dst shows. Uniform yaw goes before it. Default: false. Changes at: start. */
  "by-worth"?: boolean;
  /** Trains dst only in every so many iterations and src alone in those between, which take half the time: the merge shows src's decoder. Always 1 with AMP, pretraining, styles, true face, expression power and --retrain-worst, which need both. Range: 1 to 100. Default: 1. Changes at: start. */
  "dst-every"?: number;
  /** Strength of the random rotation, scale and shift: 1 is the original's. Faces are aligned in the merge too, so less learns much faster; 1 forgives more when the alignment is poor. Range: 0 to 1. Default: 1.0. Changes at: start. */
  "random-move"?: number;
  /** Part of the faces that random warp distorts: 1 is the original's. What is left unwarped keeps lids and gaze exact. Range: 0 to 1. Default: 1.0. Changes at: start. */
  "warp-share"?: number;
  /** Batches over which the random moves rise from none to their strength; 0: at once. Range: 0 to 1000000. Default: 0. Changes at: start. */
  "move-ramp"?: number;
  /** Probability that an input is blurred. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "random-blur"?: number;
  /** Probability that an input is given noise. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "random-noise"?: number;
  /** Probability that an input is compressed. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "random-jpeg"?: number;
  /** Probability that an input is made smaller and enlarged again. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "random-downscale"?: number;
  /** Parts that a batch is computed in, one after another: less memory, a little slower. Range: 1 to 64. Default: 1. Changes at: start. */
  "micro-batches"?: number;
  /** Computes the decoder twice in place of keeping it: less memory, slower. Default: false. Changes at: start. */
  "checkpointing"?: boolean;
  /** In fp32 on the processor: 3x3 convolutions by Winograd's algorithm, two to three times as fast; rounding differs in the sixth digit. Default: false. Changes at: start. */
  "winograd"?: boolean;
  /** Parts that are not trained, with commas: encoder,inter. Default: "". Changes at: start. */
  "freeze"?: string;
  /** AMP: train the two inters, which the original leaves at their random start; liae: inter_AB also without random warp. Default: false. Changes at: start. */
  "train-inters"?: boolean;
  /** Every so many iterations, the batch's worst faces since then come once more; 0: off. Range: 0 to 100000. Default: 0. Changes at: start. */
  "retrain-worst"?: number;
  /** Discriminators learn from faces made anew after the step, as in the original, not from those of the step: slower by a forward pass, no better. Default: false. Changes at: start. */
  "fresh-fakes"?: boolean;
}

/** Train an AMP model: one code for both faces, the swap's strength chosen in the merge. */
export interface TrainAmpOptions {
  /** Folder of the model in WORKSPACE/model; empty: the newest of this class, or a new one named after the class. Default: "". Changes at: start. */
  "model"?: string;
  /** Of a new model, for all that is not given: recommended (what was measured to help), or compatible: as DeepFaceLab trains, in fp32. Default: "recommended". Changes at: creation. */
  "preset"?: "recommended" | "compatible";
  /** Follows the stages of a whole training by itself (small, large, without random warp, …): look, evening or film; auto: by the time. --time and --target-iter are then those of the whole, over every call. Default: "none". Changes at: start. */
  "schedule"?: "auto" | "none" | "look" | "evening" | "film";
  /** Arithmetic of the network; auto takes bf16 on a GPU and on processors with AMX, elsewhere only where --winograd is off and they have it. Weights are kept in fp32. Default: "auto". Changes at: start. */
  "precision"?: "auto" | "fp32" | "bf16";
  /** Use a CUDA GPU when there is one. Default: true. Changes at: start. */
  "gpu"?: boolean;
  /** On a GPU: records an iteration and launches it whole from then on, if that does the same as a plain one. Default: true. Changes at: start. */
  "gpu-graph"?: boolean;
  /** Processor threads; 0: all. Range: 0 to 1024. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Of the first weights and all samples; on the CPU the same seed gives the same model. Default: 1. Changes at: creation. */
  "seed"?: number;
  /** Folder of aligned src faces or with their faceset.pak; empty: the workspace's. Default: "". Changes at: start. */
  "src"?: string;
  /** The same of dst. Default: "". Changes at: start. */
  "dst"?: string;
  /** Memory for prepared faces, in GB. Range: 0 to 1024. Default: 2.0. Changes at: start. */
  "cache-gb"?: number;
  /** Says before the first iteration how much memory and time it will take, by two trial steps. Default: false. Changes at: start. */
  "plan"?: boolean;
  /** Says what the training would need and how far it would come, and ends; nothing is made. With a schedule and no --resolution, also the size that this machine can bring to an end. Default: false. Changes at: start. */
  "plan-only"?: boolean;
  /** Folder of aligned faces, or with their faceset.pak, that --pretrain learns from. Default: "". Changes at: start. */
  "pretrain-set"?: string;
  /** Of a new model: pretrained: weights that already know faces, told src and dst from their faces; none: random ones; auto: pretrained with the recommended preset where the network's sizes fit it. Default: "auto". Changes at: creation. */
  "start"?: "auto" | "pretrained" | "none";
  /** Name of a model whose weights a new model begins with. Default: "". Changes at: start. */
  "start-from"?: string;
  /** Which parts of it, with commas: encoder,decoder_src; empty: all. Default: "". Changes at: start. */
  "start-parts"?: string;
  /** Train for this long in this call: 90s, 10m, 2h; empty: without limit. Default: "". Changes at: start. */
  "time"?: string;
  /** Stop at this iteration; 0: no limit. Range: 0 to …. Default: 0. Changes at: start. */
  "target-iter"?: number;
  /** Minutes between saves. Range: 0.05 to 1440. Default: 10.0. Changes at: live. */
  "save-every"?: number;
  /** Minutes between previews. Range: 0.05 to 1440. Default: 1.0. Changes at: live. */
  "preview-every"?: number;
  /** Keeps a picture every 10 iterations (more at large resolutions) in history/. Default: false. Changes at: live. */
  "preview-history"?: boolean;
  /** Hours between backups of the model in backups/01 to 24; 0: none. Range: 0 to 24. Default: 0.0. Changes at: live. */
  "autobackup-hour"?: number;
  /** Side of the network's face, in pixels; a multiple of 32. Range: 64 to 640. Default: 224. Changes at: creation. */
  "resolution"?: number;
  /** How much of the head is trained: full, whole face or head. Default: "wf". Changes at: creation. */
  "face-type"?: "f" | "wf" | "head";
  /** Channels of the code that src and dst are mixed in. Range: 16 to 2048. Default: 1024. Changes at: creation. */
  "inter-dims"?: number;
  /** Part of the src channels in training; 0.5 suits most. Range: 0.1 to 0.5. Default: 0.5. Changes at: creation. */
  "morph-factor"?: number;
  /** Faces per side and iteration. Range: 1 to 256. Default: 8. Changes at: start. */
  "batch-size"?: number;
  /** Width of the latent code. Range: 16 to 1024. Default: 256. Changes at: creation. */
  "ae-dims"?: number;
  /** Width of the encoder. Range: 4 to 256. Default: 64. Changes at: creation. */
  "e-dims"?: number;
  /** Width of the decoder. Range: 4 to 256. Default: 64. Changes at: creation. */
  "d-dims"?: number;
  /** Width of the mask decoder. Range: 4 to 256. Default: 22. Changes at: creation. */
  "d-mask-dims"?: number;
  /** Draws faces evenly over the head's turn, so that rare profiles are not blurry. Default: false. Changes at: start. */
  "uniform-yaw"?: boolean;
  /** Blurs what lies outside the face in the training targets. Default: false. Changes at: start. */
  "blur-out-mask"?: boolean;
  /** Kept with the model for DeepFaceLab, to which it is exported. Here it changes nothing: weights and optimiser lie where the training computes. Default: true. Changes at: start. */
  "models-opt-on-gpu"?: boolean;
  /** Updates 30 % of the weights a step, with a cosine; for the last part of a training. Default: "n". Changes at: start. */
  "lr-dropout"?: "n" | "y" | "cpu";
  /** Distorts the inputs so that expressions generalise; off for the last part of a training. Default: true. Changes at: start. */
  "random-warp"?: boolean;
  /** Mirrors src faces at random. Default: false. Changes at: start. */
  "random-src-flip"?: boolean;
  /** Mirrors dst faces at random. Default: true. Changes at: start. */
  "random-dst-flip"?: boolean;
  /** Strength of the patch discriminator, for fine detail at the very end; 0: off. Range: 0 to 5. Default: 0.0. Changes at: start. */
  "gan-power"?: number;
  /** Pixels that the discriminator sees at once; 0: an eighth of the resolution. A change starts the discriminator anew. Range: 0 to 640. Default: 0. Changes at: start. */
  "gan-patch-size"?: number;
  /** Width of the discriminator. A change starts it anew. Range: 4 to 512. Default: 16. Changes at: start. */
  "gan-dims"?: number;
  /** Recolours src samples after random dst samples. Default: "none". Changes at: start. */
  "ct-mode"?: "none" | "rct" | "lct" | "mkl" | "idt" | "sot";
  /** Limits the gradient's norm to 1 against collapse. Default: false. Changes at: start. */
  "clipgrad"?: boolean;
  /** Size of a step; 0: the class's own (SAEHD and AMP 5e-5, Quick96 2e-4). Range: 0 to 0.01. Default: 0.0. Changes at: start. */
  "lr"?: number;
  /** That of encoder and inters, as a part of the learning rate: below 1 what they know already is kept; a model that begins with the pretrained start gets 0.2. Range: 0 to 1. Default: 1.0. Changes at: start. */
  "encoder-lr"?: number;
  /** Iterations over which the learning rate rises from 0 to its full height; 0: none. Range: 0 to 100000. Default: 0. Changes at: start. */
  "warm-up"?: number;
  /** constant, or cosine: down to a twentieth over the iterations of --lr-decay, then constant. Default: "constant". Changes at: start. */
  "lr-schedule"?: "constant" | "cosine";
  /** Iterations of the cosine. Range: 1 to 100000000. Default: 100000. Changes at: start. */
  "lr-decay"?: number;
  /** Decay of a running mean of the weights, which previews, merging and export then use: 0.999; 0: off. Range: 0 to 0.99999. Default: 0.0. Changes at: start. */
  "ema"?: number;
  /** Gradients are means over the batch, not sums: clipping and step sizes no longer depend on its size. Default: false. Changes at: start. */
  "mean-gradient"?: boolean;
  /** original; padded: windows reach the border; two-scale: padded, and the second window is truly wider. Default: "original". Changes at: start. */
  "structure-loss"?: "original" | "padded" | "two-scale";
  /** The background style looks outside the dst face, where the swapped face lies, not outside the src face. Default: false. Changes at: start. */
  "mended-losses"?: boolean;
  /** Divides the masked terms by the mask's part of the picture: small faces learn as fast. Default: false. Changes at: start. */
  "area-normalised"?: boolean;
  /** Reads the swapped face with the encoder and pulls it towards what dst's face does; for an encoder that knows faces already. High values make src resemble dst. Compares faces with each other: needs two or more at a time. Not for AMP; 0: off. Range: 0 to 100. Default: 0.0. Changes at: start. */
  "expression-power"?: number;
  /** Weight of a loss on the images' gradients at three scales, for crisp detail; 0: off. Range: 0 to 100. Default: 0.0. Changes at: start. */
  "edge-power"?: number;
  /** How much the surroundings of the face count in masked training: 0 not, 1 fully. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "background-power"?: number;
  /** Turns, open mouths and shut eyes that a set has little of come more often, and src faces of the kinds that dst shows. Uniform yaw goes before it. Default: false. Changes at: start. */
  "by-worth"?: boolean;
  /** Trains dst only in every so many iterations and src alone in those between, which take half the time: the merge shows src's decoder. Always 1 with AMP, pretraining, styles, true face, expression power and --retrain-worst, which need both. Range: 1 to 100. Default: 1. Changes at: start. */
  "dst-every"?: number;
  /** Strength of the random rotation, scale and shift: 1 is the original's. Faces are aligned in the merge too, so less learns much faster; 1 forgives more when the alignment is poor. Range: 0 to 1. Default: 1.0. Changes at: start. */
  "random-move"?: number;
  /** Part of the faces that random warp distorts: 1 is the original's. What is left unwarped keeps lids and gaze exact. Range: 0 to 1. Default: 1.0. Changes at: start. */
  "warp-share"?: number;
  /** Batches over which the random moves rise from none to their strength; 0: at once. Range: 0 to 1000000. Default: 0. Changes at: start. */
  "move-ramp"?: number;
  /** Probability that an input is blurred. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "random-blur"?: number;
  /** Probability that an input is given noise. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "random-noise"?: number;
  /** Probability that an input is compressed. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "random-jpeg"?: number;
  /** Probability that an input is made smaller and enlarged again. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "random-downscale"?: number;
  /** Parts that a batch is computed in, one after another: less memory, a little slower. Range: 1 to 64. Default: 1. Changes at: start. */
  "micro-batches"?: number;
  /** Computes the decoder twice in place of keeping it: less memory, slower. Default: false. Changes at: start. */
  "checkpointing"?: boolean;
  /** In fp32 on the processor: 3x3 convolutions by Winograd's algorithm, two to three times as fast; rounding differs in the sixth digit. Default: false. Changes at: start. */
  "winograd"?: boolean;
  /** Parts that are not trained, with commas: encoder,inter. Default: "". Changes at: start. */
  "freeze"?: string;
  /** AMP: train the two inters, which the original leaves at their random start; liae: inter_AB also without random warp. Default: false. Changes at: start. */
  "train-inters"?: boolean;
  /** Every so many iterations, the batch's worst faces since then come once more; 0: off. Range: 0 to 100000. Default: 0. Changes at: start. */
  "retrain-worst"?: number;
  /** Discriminators learn from faces made anew after the step, as in the original, not from those of the step: slower by a forward pass, no better. Default: false. Changes at: start. */
  "fresh-fakes"?: boolean;
}

/** Train a Quick96 model: small, fixed rules, a first result in minutes. */
export interface TrainQuick96Options {
  /** Folder of the model in WORKSPACE/model; empty: the newest of this class, or a new one named after the class. Default: "". Changes at: start. */
  "model"?: string;
  /** Of a new model, for all that is not given: recommended (what was measured to help), or compatible: as DeepFaceLab trains, in fp32. Default: "recommended". Changes at: creation. */
  "preset"?: "recommended" | "compatible";
  /** Follows the stages of a whole training by itself (small, large, without random warp, …): look, evening or film; auto: by the time. --time and --target-iter are then those of the whole, over every call. Default: "none". Changes at: start. */
  "schedule"?: "auto" | "none" | "look" | "evening" | "film";
  /** Arithmetic of the network; auto takes bf16 on a GPU and on processors with AMX, elsewhere only where --winograd is off and they have it. Weights are kept in fp32. Default: "auto". Changes at: start. */
  "precision"?: "auto" | "fp32" | "bf16";
  /** Use a CUDA GPU when there is one. Default: true. Changes at: start. */
  "gpu"?: boolean;
  /** On a GPU: records an iteration and launches it whole from then on, if that does the same as a plain one. Default: true. Changes at: start. */
  "gpu-graph"?: boolean;
  /** Processor threads; 0: all. Range: 0 to 1024. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Of the first weights and all samples; on the CPU the same seed gives the same model. Default: 1. Changes at: creation. */
  "seed"?: number;
  /** Folder of aligned src faces or with their faceset.pak; empty: the workspace's. Default: "". Changes at: start. */
  "src"?: string;
  /** The same of dst. Default: "". Changes at: start. */
  "dst"?: string;
  /** Memory for prepared faces, in GB. Range: 0 to 1024. Default: 2.0. Changes at: start. */
  "cache-gb"?: number;
  /** Says before the first iteration how much memory and time it will take, by two trial steps. Default: false. Changes at: start. */
  "plan"?: boolean;
  /** Says what the training would need and how far it would come, and ends; nothing is made. With a schedule and no --resolution, also the size that this machine can bring to an end. Default: false. Changes at: start. */
  "plan-only"?: boolean;
  /** Folder of aligned faces, or with their faceset.pak, that --pretrain learns from. Default: "". Changes at: start. */
  "pretrain-set"?: string;
  /** Of a new model: pretrained: weights that already know faces, told src and dst from their faces; none: random ones; auto: pretrained with the recommended preset where the network's sizes fit it. Default: "auto". Changes at: creation. */
  "start"?: "auto" | "pretrained" | "none";
  /** Name of a model whose weights a new model begins with. Default: "". Changes at: start. */
  "start-from"?: string;
  /** Which parts of it, with commas: encoder,decoder_src; empty: all. Default: "". Changes at: start. */
  "start-parts"?: string;
  /** Train for this long in this call: 90s, 10m, 2h; empty: without limit. Default: "". Changes at: start. */
  "time"?: string;
  /** Stop at this iteration; 0: no limit. Range: 0 to …. Default: 0. Changes at: start. */
  "target-iter"?: number;
  /** Minutes between saves. Range: 0.05 to 1440. Default: 10.0. Changes at: live. */
  "save-every"?: number;
  /** Minutes between previews. Range: 0.05 to 1440. Default: 1.0. Changes at: live. */
  "preview-every"?: number;
  /** Keeps a picture every 10 iterations (more at large resolutions) in history/. Default: false. Changes at: live. */
  "preview-history"?: boolean;
  /** Hours between backups of the model in backups/01 to 24; 0: none. Range: 0 to 24. Default: 0.0. Changes at: live. */
  "autobackup-hour"?: number;
  /** Mirrors src faces at random (the original never does). Default: false. Changes at: start. */
  "random-src-flip"?: boolean;
  /** Mirrors dst faces at random (the original never does). Default: false. Changes at: start. */
  "random-dst-flip"?: boolean;
  /** Size of a step; 0: the class's own (SAEHD and AMP 5e-5, Quick96 2e-4). Range: 0 to 0.01. Default: 0.0. Changes at: start. */
  "lr"?: number;
  /** That of encoder and inters, as a part of the learning rate: below 1 what they know already is kept; a model that begins with the pretrained start gets 0.2. Range: 0 to 1. Default: 1.0. Changes at: start. */
  "encoder-lr"?: number;
  /** Iterations over which the learning rate rises from 0 to its full height; 0: none. Range: 0 to 100000. Default: 0. Changes at: start. */
  "warm-up"?: number;
  /** constant, or cosine: down to a twentieth over the iterations of --lr-decay, then constant. Default: "constant". Changes at: start. */
  "lr-schedule"?: "constant" | "cosine";
  /** Iterations of the cosine. Range: 1 to 100000000. Default: 100000. Changes at: start. */
  "lr-decay"?: number;
  /** Decay of a running mean of the weights, which previews, merging and export then use: 0.999; 0: off. Range: 0 to 0.99999. Default: 0.0. Changes at: start. */
  "ema"?: number;
  /** Gradients are means over the batch, not sums: clipping and step sizes no longer depend on its size. Default: false. Changes at: start. */
  "mean-gradient"?: boolean;
  /** original; padded: windows reach the border; two-scale: padded, and the second window is truly wider. Default: "original". Changes at: start. */
  "structure-loss"?: "original" | "padded" | "two-scale";
  /** The background style looks outside the dst face, where the swapped face lies, not outside the src face. Default: false. Changes at: start. */
  "mended-losses"?: boolean;
  /** Divides the masked terms by the mask's part of the picture: small faces learn as fast. Default: false. Changes at: start. */
  "area-normalised"?: boolean;
  /** Reads the swapped face with the encoder and pulls it towards what dst's face does; for an encoder that knows faces already. High values make src resemble dst. Compares faces with each other: needs two or more at a time. Not for AMP; 0: off. Range: 0 to 100. Default: 0.0. Changes at: start. */
  "expression-power"?: number;
  /** Weight of a loss on the images' gradients at three scales, for crisp detail; 0: off. Range: 0 to 100. Default: 0.0. Changes at: start. */
  "edge-power"?: number;
  /** How much the surroundings of the face count in masked training: 0 not, 1 fully. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "background-power"?: number;
  /** Turns, open mouths and shut eyes that a set has little of come more often, and src faces of the kinds that dst shows. Uniform yaw goes before it. Default: false. Changes at: start. */
  "by-worth"?: boolean;
  /** Trains dst only in every so many iterations and src alone in those between, which take half the time: the merge shows src's decoder. Always 1 with AMP, pretraining, styles, true face, expression power and --retrain-worst, which need both. Range: 1 to 100. Default: 1. Changes at: start. */
  "dst-every"?: number;
  /** Strength of the random rotation, scale and shift: 1 is the original's. Faces are aligned in the merge too, so less learns much faster; 1 forgives more when the alignment is poor. Range: 0 to 1. Default: 1.0. Changes at: start. */
  "random-move"?: number;
  /** Part of the faces that random warp distorts: 1 is the original's. What is left unwarped keeps lids and gaze exact. Range: 0 to 1. Default: 1.0. Changes at: start. */
  "warp-share"?: number;
  /** Batches over which the random moves rise from none to their strength; 0: at once. Range: 0 to 1000000. Default: 0. Changes at: start. */
  "move-ramp"?: number;
  /** Probability that an input is blurred. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "random-blur"?: number;
  /** Probability that an input is given noise. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "random-noise"?: number;
  /** Probability that an input is compressed. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "random-jpeg"?: number;
  /** Probability that an input is made smaller and enlarged again. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "random-downscale"?: number;
  /** Parts that a batch is computed in, one after another: less memory, a little slower. Range: 1 to 64. Default: 1. Changes at: start. */
  "micro-batches"?: number;
  /** Computes the decoder twice in place of keeping it: less memory, slower. Default: false. Changes at: start. */
  "checkpointing"?: boolean;
  /** In fp32 on the processor: 3x3 convolutions by Winograd's algorithm, two to three times as fast; rounding differs in the sixth digit. Default: false. Changes at: start. */
  "winograd"?: boolean;
  /** Parts that are not trained, with commas: encoder,inter. Default: "". Changes at: start. */
  "freeze"?: string;
  /** AMP: train the two inters, which the original leaves at their random start; liae: inter_AB also without random warp. Default: false. Changes at: start. */
  "train-inters"?: boolean;
  /** Every so many iterations, the batch's worst faces since then come once more; 0: off. Range: 0 to 100000. Default: 0. Changes at: start. */
  "retrain-worst"?: number;
  /** Discriminators learn from faces made anew after the step, as in the original, not from those of the step: slower by a forward pass, no better. Default: false. Changes at: start. */
  "fresh-fakes"?: boolean;
}

/** Put the model's face into the dst frames. */
export interface MergeOptions {
  /** Folder of the model in WORKSPACE/model; empty: the newest. Default: "". Changes at: start. */
  "model"?: string;
  /** A .dfm or .onnx file in place of a model: exported here, by DeepFaceLab or by others. Default: "". Changes at: start. */
  "model-file"?: string;
  /** Of --model-file; auto: as the file tells, else as most of the faces are cut. Default: "auto". Changes at: start. */
  "model-face-type"?: "auto" | "h" | "mf" | "f" | "wf" | "head";
  /** Of a --model-file that leaves it open; 0: as the file tells. Range: 0 to 2048. Default: 0. Changes at: start. */
  "model-resolution"?: number;
  /** Puts each face back as it is: to try masks and colours before a model is trained. Default: false. Changes at: start. */
  "without-model"?: boolean;
  /** For the masks with xseg, in place of the workspace's: a folder of an XSeg model of ours or with DeepFaceLab's XSeg_256.npy, or an XSeg .onnx file. Default: "". Changes at: start. */
  "xseg-model"?: string;
  /** An ONNX or TFLite file for super-resolution or face restoration, for --super-resolution-power; empty: the program's own. Default: "". Changes at: start. */
  "super-resolution-model"?: string;
  /** What that network calls black and white: unit = 0 and 1, signed = -1 and 1. Default: "unit". Changes at: start. */
  "super-resolution-value-range"?: "unit" | "signed";
  /** Of that network's channels. Default: "rgb". Changes at: start. */
  "super-resolution-colour-order"?: "rgb" | "bgr";
  /** Whose settings hold for shots, persons and frames (docs/timeline.md). Default: "main". Changes at: start. */
  "timeline"?: string;
  /** Merge only these, from 1 on: 100-250,300. The others stay as they are; empty: all. Default: "". Changes at: start. */
  "frames"?: string;
  /** Only so many frames, spread over shots and poses, onto the page merge_sample.png; the merged frames stay as they are. 0: merge. Range: 0 to 200. Default: 0. Changes at: start. */
  "sample"?: number;
  /** Measures the merged frames when they are done, as `merge check` does. Default: false. Changes at: start. */
  "check"?: boolean;
  /** Of the merged pictures: 16 keeps all of a plate of more than 8 bits; where no face is, its pixels stay as they are to the bit. Default: "8". Changes at: start. */
  "bit-depth"?: "8" | "16";
  /** Gigabytes that what the networks said of the faces may take in the workspace, so that other settings run no network again; 0: none. Range: 0 to 10000. Default: 2.0. Changes at: start. */
  "prediction-cache"?: number;
  /** Processor threads; 0: all. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Use a CUDA GPU when there is one. Default: true. Changes at: start. */
  "gpu"?: boolean;
  /** Video or folder of frames; empty: the workspace's dst frames, or else its dst video. Default: "". Changes at: start. */
  "input"?: string;
  /** Folder of the dst faces; empty: the workspace's. Default: "". Changes at: start. */
  "aligned"?: string;
  /** Writes this video (.mp4, .mov, .mkv) and no pictures; a stopped run goes on where it was. Empty: pictures. Default: "". Changes at: start. */
  "to"?: string;
  /** h264 and h265 (4:2:0), or prores: Apple ProRes 4444 for editing, in .mov or .mkv. Default: "h264". Changes at: start. */
  "codec"?: "h264" | "h265" | "prores";
  /** crf: constant quality; bitrate: constant data rate; lossless: every pixel kept, in RGB H.264 (8 bits) or H.265 (10). ProRes has a quality of its own. Default: "crf". Changes at: start. */
  "quality"?: "crf" | "bitrate" | "lossless";
  /** With quality crf: lower is better and larger; 16 is hard to tell from the frames. Range: 0 to 51. Default: 16.0. Changes at: start. */
  "crf"?: number;
  /** With quality bitrate: megabits a second. Range: 0.1 to 1000. Default: 16.0. Changes at: start. */
  "bitrate"?: number;
  /** x264's and x265's, from ultrafast to veryslow: slower makes smaller files. Default: "medium". Changes at: start. */
  "preset"?: string;
  /** So many are encoded as one piece: what a stop or a kill costs at most. Range: 1 to 100000. Default: 120. Changes at: start. */
  "piece-frames"?: number;
  /** How the face is put into the frame. Default: "overlay". Changes at: start. */
  "mode"?: "original" | "overlay" | "hist-match" | "seamless" | "seamless-hist-match" | "raw-rgb" | "raw-predict";
  /** Which mask cuts the face out; prd: of the new face, dst: of the frame. Default: "learned-prd*learned-dst". Changes at: start. */
  "mask"?: "full" | "dst" | "learned-prd" | "learned-dst" | "learned-prd*learned-dst" | "learned-prd+learned-dst" | "xseg-prd" | "xseg-dst" | "xseg-prd*xseg-dst" | "learned-prd*learned-dst*xseg-prd*xseg-dst";
  /** Shrinks the mask; below 0 widens it. In quarters of a network pixel. Range: -400 to 400. Default: 0. Changes at: start. */
  "erode"?: number;
  /** Softens the mask's edge, same unit. Range: 0 to 400. Default: 0. Changes at: start. */
  "blur"?: number;
  /** Fits the face's colours to the frame's. Default: "rct". Changes at: start. */
  "colour-transfer"?: "none" | "rct" | "lct" | "mkl" | "mkl-m" | "idt" | "idt-m" | "sot-m" | "mix-m";
  /** Compresses highlights in the hist-match modes. Range: 0 to 255. Default: 238. Changes at: start. */
  "hist-match-threshold"?: number;
  /** Match histograms inside the mask only. Default: true. Changes at: start. */
  "masked-hist-match"?: boolean;
  /** Blurs the face along its motion. Range: 0 to 100. Default: 0. Changes at: start. */
  "motion-blur-power"?: number;
  /** Per cent; above 0 makes the pasted face smaller, as in the original. Range: -50 to 50. Default: 0. Changes at: start. */
  "face-scale"?: number;
  /** AMP models: how much of the src face, from 0 (the dst face) to 1. Range: 0 to 1. Default: 1.0. Changes at: start. */
  "morph"?: number;
  /** Sharpens what the network is shown of a soft frame, in per cent: its face may come out with more detail. Range: 0 to 100. Default: 0. Changes at: start. */
  "pre-sharpen"?: number;
  /** The network is shown its own face once more: nearer to the src face, and slower. The mask of the dst face is that of the first pass. Default: false. Changes at: start. */
  "two-pass"?: boolean;
  /** With --blur-sharpen-amount. Default: "none". Changes at: start. */
  "sharpen"?: "none" | "box" | "gaussian";
  /** Above 0 sharpens, below 0 blurs the face. Range: -100 to 100. Default: 0. Changes at: start. */
  "blur-sharpen-amount"?: number;
  /** How much of the enhancer's finer face, four times as wide, is mixed in. Range: 0 to 100. Default: 0. Changes at: start. */
  "super-resolution-power"?: number;
  /** Moves the new face's irises to where those of the frame's face look, in per cent of the way; shut eyes are left alone. 0: they look where the model lets them. Range: 0 to 100. Default: 0. Changes at: start. */
  "gaze"?: number;
  /** Opens and closes the new face's eyes as far as those of the frame's face, in per cent of the way; eyes that the model draws shut stay so. 0: as the model draws them. Range: 0 to 100. Default: 0. Changes at: start. */
  "lids"?: number;
  /** Softens the frame to match a soft face. Range: 0 to 500. Default: 0. Changes at: start. */
  "denoise-power"?: number;
  /** Lowers the frame's resolution to match. Range: 0 to 100. Default: 0. Changes at: start. */
  "bicubic-degrade-power"?: number;
  /** Reduces the frame's colours. Range: 0 to 100. Default: 0. Changes at: start. */
  "colour-degrade-power"?: number;
  /** Of the face, in stops of light. Range: -5 to 5. Default: 0.0. Changes at: start. */
  "exposure"?: number;
  /** Of the face, in per cent more or less, around middle grey. Range: -100 to 100. Default: 0.0. Changes at: start. */
  "contrast"?: number;
  /** Of the face, in per cent more or less. Range: -100 to 100. Default: 0.0. Changes at: start. */
  "saturation"?: number;
  /** Above 0 the face is warmer, below 0 cooler; its brightness stays. Range: -100 to 100. Default: 0.0. Changes at: start. */
  "temperature"?: number;
  /** Above 0 towards magenta, below 0 towards green; the face's brightness stays. Range: -100 to 100. Default: 0.0. Changes at: start. */
  "tint"?: number;
  /** Of the face: above 1 lifts its middle tones, below 1 lowers them. Range: 0.2 to 5. Default: 1.0. Changes at: start. */
  "gamma"?: number;
  /** Noise given to the face, in per cent of what is measured in the frame there. Range: 0 to 200. Default: 0.0. Changes at: start. */
  "grain"?: number;
  /** What becomes of frames with a reason to look at them: REASON=original, previous-settings or hold, several with commas (in `merge set` with plus signs) between; none. Default: "none". Changes at: start. */
  "fallback"?: string;
  /** Colour transfers measure so many frames before and after as well, along the face's track within its shot, so that colours hold still; 0: each frame by itself. Range: 0 to 50. Default: 0. Changes at: start. */
  "colour-window"?: number;
  /** none: what is resampled stays in its place, and motion blur follows the face; dfl: as DeepFaceLab resamples and blurs, to the number. Timelines that were made before there was a choice have dfl. Default: "none". Changes at: start. */
  "compat"?: "none" | "dfl";
}

/** Write the merge as layers for a compositor: OpenEXR or PNGs of 16 bits. */
export interface MergeDeliverOptions {
  /** exr: one OpenEXR file a frame with all layers; png: PNGs of 16 bits in the folders result, face and matte. Default: "exr". Changes at: start. */
  "format"?: "exr" | "png";
  /** Of OpenEXR: half, or float, which keeps every code of a 16-bit plate. Default: "half". Changes at: start. */
  "pixels"?: "half" | "float";
  /** Of OpenEXR; dwaa is small and not quite exact, the others lose nothing. Default: "piz". Changes at: start. */
  "compression"?: "none" | "zip" | "piz" | "dwaa";
  /** Also what the network drew of each face, as PNGs of 16 bits, and where it belongs: corners.json, and a text of corners per face that Nuke's CornerPin imports. Default: false. Changes at: start. */
  "predictions"?: boolean;
  /** Folder for the files, in place of the workspace's data_dst/delivery. Default: "". Changes at: start. */
  "output"?: string;
  /** Folder of the model in WORKSPACE/model; empty: the newest. Default: "". Changes at: start. */
  "model"?: string;
  /** A .dfm or .onnx file in place of a model: exported here, by DeepFaceLab or by others. Default: "". Changes at: start. */
  "model-file"?: string;
  /** Of --model-file; auto: as the file tells, else as most of the faces are cut. Default: "auto". Changes at: start. */
  "model-face-type"?: "auto" | "h" | "mf" | "f" | "wf" | "head";
  /** Of a --model-file that leaves it open; 0: as the file tells. Range: 0 to 2048. Default: 0. Changes at: start. */
  "model-resolution"?: number;
  /** Puts each face back as it is: to try masks and colours before a model is trained. Default: false. Changes at: start. */
  "without-model"?: boolean;
  /** For the masks with xseg, in place of the workspace's: a folder of an XSeg model of ours or with DeepFaceLab's XSeg_256.npy, or an XSeg .onnx file. Default: "". Changes at: start. */
  "xseg-model"?: string;
  /** An ONNX or TFLite file for super-resolution or face restoration, for --super-resolution-power; empty: the program's own. Default: "". Changes at: start. */
  "super-resolution-model"?: string;
  /** What that network calls black and white: unit = 0 and 1, signed = -1 and 1. Default: "unit". Changes at: start. */
  "super-resolution-value-range"?: "unit" | "signed";
  /** Of that network's channels. Default: "rgb". Changes at: start. */
  "super-resolution-colour-order"?: "rgb" | "bgr";
  /** Whose settings hold for shots, persons and frames (docs/timeline.md). Default: "main". Changes at: start. */
  "timeline"?: string;
  /** Merge only these, from 1 on: 100-250,300. The others stay as they are; empty: all. Default: "". Changes at: start. */
  "frames"?: string;
  /** Gigabytes that what the networks said of the faces may take in the workspace, so that other settings run no network again; 0: none. Range: 0 to 10000. Default: 2.0. Changes at: start. */
  "prediction-cache"?: number;
  /** Processor threads; 0: all. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Use a CUDA GPU when there is one. Default: true. Changes at: start. */
  "gpu"?: boolean;
  /** Video or folder of frames; empty: the workspace's dst frames, or else its dst video. Default: "". Changes at: start. */
  "input"?: string;
  /** Folder of the dst faces; empty: the workspace's. Default: "". Changes at: start. */
  "aligned"?: string;
  /** How the face is put into the frame. Default: "overlay". Changes at: start. */
  "mode"?: "original" | "overlay" | "hist-match" | "seamless" | "seamless-hist-match" | "raw-rgb" | "raw-predict";
  /** Which mask cuts the face out; prd: of the new face, dst: of the frame. Default: "learned-prd*learned-dst". Changes at: start. */
  "mask"?: "full" | "dst" | "learned-prd" | "learned-dst" | "learned-prd*learned-dst" | "learned-prd+learned-dst" | "xseg-prd" | "xseg-dst" | "xseg-prd*xseg-dst" | "learned-prd*learned-dst*xseg-prd*xseg-dst";
  /** Shrinks the mask; below 0 widens it. In quarters of a network pixel. Range: -400 to 400. Default: 0. Changes at: start. */
  "erode"?: number;
  /** Softens the mask's edge, same unit. Range: 0 to 400. Default: 0. Changes at: start. */
  "blur"?: number;
  /** Fits the face's colours to the frame's. Default: "rct". Changes at: start. */
  "colour-transfer"?: "none" | "rct" | "lct" | "mkl" | "mkl-m" | "idt" | "idt-m" | "sot-m" | "mix-m";
  /** Compresses highlights in the hist-match modes. Range: 0 to 255. Default: 238. Changes at: start. */
  "hist-match-threshold"?: number;
  /** Match histograms inside the mask only. Default: true. Changes at: start. */
  "masked-hist-match"?: boolean;
  /** Blurs the face along its motion. Range: 0 to 100. Default: 0. Changes at: start. */
  "motion-blur-power"?: number;
  /** Per cent; above 0 makes the pasted face smaller, as in the original. Range: -50 to 50. Default: 0. Changes at: start. */
  "face-scale"?: number;
  /** AMP models: how much of the src face, from 0 (the dst face) to 1. Range: 0 to 1. Default: 1.0. Changes at: start. */
  "morph"?: number;
  /** Sharpens what the network is shown of a soft frame, in per cent: its face may come out with more detail. Range: 0 to 100. Default: 0. Changes at: start. */
  "pre-sharpen"?: number;
  /** The network is shown its own face once more: nearer to the src face, and slower. The mask of the dst face is that of the first pass. Default: false. Changes at: start. */
  "two-pass"?: boolean;
  /** With --blur-sharpen-amount. Default: "none". Changes at: start. */
  "sharpen"?: "none" | "box" | "gaussian";
  /** Above 0 sharpens, below 0 blurs the face. Range: -100 to 100. Default: 0. Changes at: start. */
  "blur-sharpen-amount"?: number;
  /** How much of the enhancer's finer face, four times as wide, is mixed in. Range: 0 to 100. Default: 0. Changes at: start. */
  "super-resolution-power"?: number;
  /** Moves the new face's irises to where those of the frame's face look, in per cent of the way; shut eyes are left alone. 0: they look where the model lets them. Range: 0 to 100. Default: 0. Changes at: start. */
  "gaze"?: number;
  /** Opens and closes the new face's eyes as far as those of the frame's face, in per cent of the way; eyes that the model draws shut stay so. 0: as the model draws them. Range: 0 to 100. Default: 0. Changes at: start. */
  "lids"?: number;
  /** Softens the frame to match a soft face. Range: 0 to 500. Default: 0. Changes at: start. */
  "denoise-power"?: number;
  /** Lowers the frame's resolution to match. Range: 0 to 100. Default: 0. Changes at: start. */
  "bicubic-degrade-power"?: number;
  /** Reduces the frame's colours. Range: 0 to 100. Default: 0. Changes at: start. */
  "colour-degrade-power"?: number;
  /** Of the face, in stops of light. Range: -5 to 5. Default: 0.0. Changes at: start. */
  "exposure"?: number;
  /** Of the face, in per cent more or less, around middle grey. Range: -100 to 100. Default: 0.0. Changes at: start. */
  "contrast"?: number;
  /** Of the face, in per cent more or less. Range: -100 to 100. Default: 0.0. Changes at: start. */
  "saturation"?: number;
  /** Above 0 the face is warmer, below 0 cooler; its brightness stays. Range: -100 to 100. Default: 0.0. Changes at: start. */
  "temperature"?: number;
  /** Above 0 towards magenta, below 0 towards green; the face's brightness stays. Range: -100 to 100. Default: 0.0. Changes at: start. */
  "tint"?: number;
  /** Of the face: above 1 lifts its middle tones, below 1 lowers them. Range: 0.2 to 5. Default: 1.0. Changes at: start. */
  "gamma"?: number;
  /** Noise given to the face, in per cent of what is measured in the frame there. Range: 0 to 200. Default: 0.0. Changes at: start. */
  "grain"?: number;
  /** What becomes of frames with a reason to look at them: REASON=original, previous-settings or hold, several with commas (in `merge set` with plus signs) between; none. Default: "none". Changes at: start. */
  "fallback"?: string;
  /** Colour transfers measure so many frames before and after as well, along the face's track within its shot, so that colours hold still; 0: each frame by itself. Range: 0 to 50. Default: 0. Changes at: start. */
  "colour-window"?: number;
  /** none: what is resampled stays in its place, and motion blur follows the face; dfl: as DeepFaceLab resamples and blurs, to the number. Timelines that were made before there was a choice have dfl. Default: "none". Changes at: start. */
  "compat"?: "none" | "dfl";
}

/** What is wrong where in the merged frames: lost faces, turns that src lacks, jumps of colour, edges, flicker. */
export interface MergeCheckOptions {
  /** Video or folder of frames; empty: the workspace's dst frames, or else its dst video. Default: "". Changes at: start. */
  "input"?: string;
  /** Folder of the dst faces; empty: the workspace's. Default: "". Changes at: start. */
  "aligned"?: string;
  /** Whose poses and person the frames are held against; empty: the workspace's. Default: "". Changes at: start. */
  "src-aligned"?: string;
  /** Whose shots and persons hold. Default: "main". Changes at: start. */
  "timeline"?: string;
  /** So many of the worst frames onto the page merge_check_worst.png; 0: no page. Range: 0 to 200. Default: 0. Changes at: start. */
  "sheet"?: number;
  /** Folder for merge_check.json, merge_check.csv and merge_check.png; empty: the workspace. Default: "". Changes at: start. */
  "output"?: string;
  /** Processor threads; 0: all. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
}

/** Set settings of the merge for the clip, a shot, a person or frames. */
export interface MergeSetOptions {
  /** For these frames alone, from 1 on: 100-250,300. Default: "". Changes at: start. */
  "frames"?: string;
  /** Its number in `merge shots`, from 1 on; 0: none. Range: 0 to 2147483647. Default: 0. Changes at: start. */
  "shot"?: number;
  /** A person's number or name in `merge persons`; empty: none. Default: "". Changes at: start. */
  "person"?: string;
  /** Take the settings away there; without any named all of them. Default: false. Changes at: start. */
  "unset"?: boolean;
  /** A JSON file of settings, as `merge show --save` writes it. Default: "". Changes at: start. */
  "preset"?: string;
  /** Its name: WORKSPACE/.understudy/merge/NAME.json. Default: "main". Changes at: start. */
  "timeline"?: string;
}

/** Set keys: values at frames, between which a setting moves. */
export interface MergeKeyOptions {
  /** Where the keys are, from 1 on: 1,100,250. Default: "". Changes at: start. */
  "frames"?: string;
  /** How it goes on to the next key; what is no number is held whatever this says. Default: "linear". Changes at: start. */
  "kind"?: "hold" | "linear" | "smooth";
  /** Its number in `merge shots`, from 1 on; 0: none. Range: 0 to 2147483647. Default: 0. Changes at: start. */
  "shot"?: number;
  /** A person's number or name in `merge persons`; empty: none. Default: "". Changes at: start. */
  "person"?: string;
  /** Remove the keys there; without --frames all of the setting's. Default: false. Changes at: start. */
  "remove"?: boolean;
  /** Its name: WORKSPACE/.understudy/merge/NAME.json. Default: "main". Changes at: start. */
  "timeline"?: string;
}

/** Copy a frame's settings to other frames, as DeepFaceLab's merger does. */
export interface MergeCopyOptions {
  /** Whose settings are copied, from 1 on. Range: 0 to 2147483647. Default: 0. Changes at: start. */
  "frame"?: number;
  /** previous or next: the frame beside it; first or last: all frames from there to the clip's first or last; or frames: 100-250,300. Default: "". Changes at: start. */
  "to"?: string;
  /** Video or folder of frames; empty: the workspace's dst frames, or else its dst video. Default: "". Changes at: start. */
  "input"?: string;
  /** Its name: WORKSPACE/.understudy/merge/NAME.json. Default: "main". Changes at: start. */
  "timeline"?: string;
}

/** List, find, split, join, rename and move the shots of the clip. */
export interface MergeShotsOptions {
  /** Its number in `merge shots`, from 1 on; 0: none. Range: 0 to 2147483647. Default: 0. Changes at: start. */
  "shot"?: number;
  /** split: where the new shot begins; move: where --shot begins, from 1 on. Range: 0 to 2147483647. Default: 0. Changes at: start. */
  "frame"?: number;
  /** rename: the shot's new one; empty: none. Default: "". Changes at: start. */
  "name"?: string;
  /** Video or folder of frames; empty: the workspace's dst frames, or else its dst video. Default: "". Changes at: start. */
  "input"?: string;
  /** Its name: WORKSPACE/.understudy/merge/NAME.json. Default: "main". Changes at: start. */
  "timeline"?: string;
}

/** List the persons in the clip, name them, and say which model makes whose face. */
export interface MergePersonsOptions {
  /** A person's number or name in `merge persons`; empty: none. Default: "". Changes at: start. */
  "person"?: string;
  /** What --person is called from now on. Default: "". Changes at: start. */
  "name"?: string;
  /** Whose model makes --person's face: a name in WORKSPACE/model; none: it stays as it is; own: that of the merge again. Default: "". Changes at: start. */
  "model"?: string;
  /** Folder of the dst faces; empty: the workspace's. Default: "". Changes at: start. */
  "aligned"?: string;
  /** Its name: WORKSPACE/.understudy/merge/NAME.json. Default: "main". Changes at: start. */
  "timeline"?: string;
}

/** Show the settings at a frame, and where each comes from. */
export interface MergeShowOptions {
  /** From 1 on. Range: 1 to 2147483647. Default: 1. Changes at: start. */
  "frame"?: number;
  /** A person's number or name in `merge persons`; empty: none. Default: "". Changes at: start. */
  "person"?: string;
  /** Also write the settings as a preset, a JSON file. Default: "". Changes at: start. */
  "save"?: string;
  /** Its name: WORKSPACE/.understudy/merge/NAME.json. Default: "main". Changes at: start. */
  "timeline"?: string;
}

/** Tell what differs between two frames, or between two timelines. */
export interface MergeDiffOptions {
  /** Its name: WORKSPACE/.understudy/merge/NAME.json. Default: "main". Changes at: start. */
  "timeline"?: string;
}

/** Take back the last change of the timeline. */
export interface MergeUndoOptions {
  /** Its name: WORKSPACE/.understudy/merge/NAME.json. Default: "main". Changes at: start. */
  "timeline"?: string;
}

/** Do again what was taken back last. */
export interface MergeRedoOptions {
  /** Its name: WORKSPACE/.understudy/merge/NAME.json. Default: "main". Changes at: start. */
  "timeline"?: string;
}

/** Take over what was set in DeepFaceLab's interactive merger. */
export interface MergeImportSessionOptions {
  /** DeepFaceLab's <model name>_merger_session.dat; empty: the one in WORKSPACE/model. Default: "". Changes at: start. */
  "from"?: string;
  /** Video or folder of frames; empty: the workspace's dst frames, or else its dst video. Default: "". Changes at: start. */
  "input"?: string;
  /** Its name: WORKSPACE/.understudy/merge/NAME.json. Default: "main". Changes at: start. */
  "timeline"?: string;
}

/** Make the finished video from the merged frames, with the original timing and sound. */
export interface VideoEncodeOptions {
  /** h264 and h265 (4:2:0), or prores: Apple ProRes 4444 for editing, in .mov or .mkv. Default: "h264". Changes at: start. */
  "codec"?: "h264" | "h265" | "prores";
  /** crf: constant quality; bitrate: constant data rate; lossless: every pixel kept, in RGB H.264 (8 bits) or H.265 (10). ProRes has a quality of its own. Default: "crf". Changes at: start. */
  "quality"?: "crf" | "bitrate" | "lossless";
  /** With quality crf: lower is better and larger; 16 is hard to tell from the frames. Range: 0 to 51. Default: 16.0. Changes at: start. */
  "crf"?: number;
  /** With quality bitrate: megabits a second. Range: 0.1 to 1000. Default: 16.0. Changes at: start. */
  "bitrate"?: number;
  /** x264's and x265's, from ultrafast to veryslow: slower makes smaller files. Default: "medium". Changes at: start. */
  "preset"?: string;
  /** Bits of a channel; auto: 10 with h265 when the frames have 16, else 8. H.264 has 8, ProRes always 10. Default: "auto". Changes at: start. */
  "bit-depth"?: "auto" | "8" | "10";
  /** With prores: the merged masks as the video's alpha, not multiplied into the colours. Default: false. Changes at: start. */
  "alpha"?: boolean;
  /** 0 takes every frame's time from the reference video. Range: 0 to 1000. Default: 0.0. Changes at: start. */
  "fps"?: number;
  /** Copy the reference video's sound. Default: true. Changes at: start. */
  "sound"?: boolean;
  /** Encode the merged masks in place of the merged frames. Default: false. Changes at: start. */
  "mask"?: boolean;
  /** Even when the video is up to date. Default: false. Changes at: start. */
  "redo"?: boolean;
  /** Folder of frames, in place of the workspace's merged folder. Default: "". Changes at: start. */
  "input"?: string;
  /** Video that gives timing, colour tags and sound; by default the workspace's data_dst. Default: "". Changes at: start. */
  "reference"?: string;
  /** Video to write (.mp4, .mov, .mkv, .avi), in place of the workspace's result.mp4. Default: "". Changes at: start. */
  "output"?: string;
}

/** How good the merged frames are, in numbers: identity, expression, gaze, sharpness, seam, flicker. */
export interface ScoreOptions {
  /** Folder of merged frames, or a video with as many frames as dst; empty: the workspace's merged frames. Default: "". Changes at: start. */
  "result"?: string;
  /** Folder or video of the merge's masks; empty: the workspace's, or else the faces' hulls. Default: "". Changes at: start. */
  "mask"?: string;
  /** Video or folder of the dst frames; empty: the workspace's dst frames, or else its dst video. Default: "". Changes at: start. */
  "input"?: string;
  /** Folder of the src faces; empty: the workspace's. Default: "". Changes at: start. */
  "src-aligned"?: string;
  /** Folder of the dst faces; empty: the workspace's. Default: "". Changes at: start. */
  "dst-aligned"?: string;
  /** Folder or video of what the result should be, frame by frame, where that is known. Default: "". Changes at: start. */
  "truth"?: string;
  /** Score every so many frames; 0: so that about 250 are scored. Range: 0 to 10000. Default: 0. Changes at: start. */
  "every"?: number;
  /** Folder for score.json, score.csv and score.png; empty: the workspace. Default: "". Changes at: start. */
  "output"?: string;
  /** Processor threads; 0: all. Range: 0 to 256. Default: 0. Changes at: start. */
  "threads"?: number;
}

/** Make a new model with its options, untrained or from another model's weights. */
export interface ModelCreateOptions {
  /** Folder of the new model in WORKSPACE/model; empty: the class. Default: "". Changes at: start. */
  "model"?: string;
  /** For all that is not given: recommended, or compatible (as DeepFaceLab trains). Default: "recommended". Changes at: start. */
  "preset"?: "recommended" | "compatible";
  /** A model of the same class: its options where none are given, and its weights to start from. Default: "". Changes at: start. */
  "from"?: string;
  /** Which parts to take from that model, with commas: encoder,decoder; empty: all. Default: "". Changes at: start. */
  "parts"?: string;
  /** Of the first weights and all samples. Default: 1. Changes at: start. */
  "seed"?: number;
  /** Side of the network's face, in pixels; a multiple of 16, with archi flag d or t of 32. Range: 64 to 640. Default: 128. Changes at: creation. */
  "resolution"?: number;
  /** How much of the head is trained: half, mid-full, full, whole face or head. Default: "f". Changes at: creation. */
  "face-type"?: "h" | "mf" | "f" | "wf" | "head";
  /** df (keeps the src identity) or liae (adapts to the dst light), with flags u, d, t, c: liae-ud. Default: "liae-ud". Changes at: creation. */
  "archi"?: string;
  /** Spend the network's capacity inside the face mask only. Default: true. Changes at: start. */
  "masked-training"?: boolean;
  /** Extra weight on eyes and mouth; mends gaze and teeth. Default: false. Changes at: start. */
  "eyes-mouth-prio"?: boolean;
  /** AdaBelief learns more exactly, RMSprop needs less memory. Default: "adabelief". Changes at: start. */
  "optimizer"?: "adabelief" | "rmsprop";
  /** Random hue, saturation and brightness of src inputs. Range: 0 to 0.3. Default: 0.0. Changes at: start. */
  "random-hsv-power"?: number;
  /** df only: pushes the codes of src towards dst's, for more of the src identity; 0: off. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "true-face-power"?: number;
  /** Makes the swapped face take the colours of the dst face; 0: off. Range: 0 to 100. Default: 0.0. Changes at: start. */
  "face-style-power"?: number;
  /** Makes the surroundings of the swapped face those of dst; 0: off. Range: 0 to 100. Default: 0.0. Changes at: start. */
  "bg-style-power"?: number;
  /** Learns faces as such from the pretraining faceset on both sides, with its own fixed rules. Switching it off starts the inters and the iteration count anew. Default: false. Changes at: start. */
  "pretrain"?: boolean;
  /** Faces per side and iteration. Range: 1 to 256. Default: 4. Changes at: start. */
  "batch-size"?: number;
  /** Width of the latent code. Range: 16 to 1024. Default: 256. Changes at: creation. */
  "ae-dims"?: number;
  /** Width of the encoder. Range: 4 to 256. Default: 64. Changes at: creation. */
  "e-dims"?: number;
  /** Width of the decoder. Range: 4 to 256. Default: 64. Changes at: creation. */
  "d-dims"?: number;
  /** Width of the mask decoder. Range: 4 to 256. Default: 22. Changes at: creation. */
  "d-mask-dims"?: number;
  /** Draws faces evenly over the head's turn, so that rare profiles are not blurry. Default: false. Changes at: start. */
  "uniform-yaw"?: boolean;
  /** Blurs what lies outside the face in the training targets. Default: false. Changes at: start. */
  "blur-out-mask"?: boolean;
  /** Kept with the model for DeepFaceLab, to which it is exported. Here it changes nothing: weights and optimiser lie where the training computes. Default: true. Changes at: start. */
  "models-opt-on-gpu"?: boolean;
  /** Updates 30 % of the weights a step, with a cosine; for the last part of a training. Default: "n". Changes at: start. */
  "lr-dropout"?: "n" | "y" | "cpu";
  /** Distorts the inputs so that expressions generalise; off for the last part of a training. Default: true. Changes at: start. */
  "random-warp"?: boolean;
  /** Mirrors src faces at random. Default: false. Changes at: start. */
  "random-src-flip"?: boolean;
  /** Mirrors dst faces at random. Default: true. Changes at: start. */
  "random-dst-flip"?: boolean;
  /** Strength of the patch discriminator, for fine detail at the very end; 0: off. Range: 0 to 5. Default: 0.0. Changes at: start. */
  "gan-power"?: number;
  /** Pixels that the discriminator sees at once; 0: an eighth of the resolution. A change starts the discriminator anew. Range: 0 to 640. Default: 0. Changes at: start. */
  "gan-patch-size"?: number;
  /** Width of the discriminator. A change starts it anew. Range: 4 to 512. Default: 16. Changes at: start. */
  "gan-dims"?: number;
  /** Recolours src samples after random dst samples. Default: "none". Changes at: start. */
  "ct-mode"?: "none" | "rct" | "lct" | "mkl" | "idt" | "sot";
  /** Limits the gradient's norm to 1 against collapse. Default: false. Changes at: start. */
  "clipgrad"?: boolean;
  /** Size of a step; 0: the class's own (SAEHD and AMP 5e-5, Quick96 2e-4). Range: 0 to 0.01. Default: 0.0. Changes at: start. */
  "lr"?: number;
  /** That of encoder and inters, as a part of the learning rate: below 1 what they know already is kept; a model that begins with the pretrained start gets 0.2. Range: 0 to 1. Default: 1.0. Changes at: start. */
  "encoder-lr"?: number;
  /** Iterations over which the learning rate rises from 0 to its full height; 0: none. Range: 0 to 100000. Default: 0. Changes at: start. */
  "warm-up"?: number;
  /** constant, or cosine: down to a twentieth over the iterations of --lr-decay, then constant. Default: "constant". Changes at: start. */
  "lr-schedule"?: "constant" | "cosine";
  /** Iterations of the cosine. Range: 1 to 100000000. Default: 100000. Changes at: start. */
  "lr-decay"?: number;
  /** Decay of a running mean of the weights, which previews, merging and export then use: 0.999; 0: off. Range: 0 to 0.99999. Default: 0.0. Changes at: start. */
  "ema"?: number;
  /** Gradients are means over the batch, not sums: clipping and step sizes no longer depend on its size. Default: false. Changes at: start. */
  "mean-gradient"?: boolean;
  /** original; padded: windows reach the border; two-scale: padded, and the second window is truly wider. Default: "original". Changes at: start. */
  "structure-loss"?: "original" | "padded" | "two-scale";
  /** The background style looks outside the dst face, where the swapped face lies, not outside the src face. Default: false. Changes at: start. */
  "mended-losses"?: boolean;
  /** Divides the masked terms by the mask's part of the picture: small faces learn as fast. Default: false. Changes at: start. */
  "area-normalised"?: boolean;
  /** Reads the swapped face with the encoder and pulls it towards what dst's face does; for an encoder that knows faces already. High values make src resemble dst. Compares faces with each other: needs two or more at a time. Not for AMP; 0: off. Range: 0 to 100. Default: 0.0. Changes at: start. */
  "expression-power"?: number;
  /** Weight of a loss on the images' gradients at three scales, for crisp detail; 0: off. Range: 0 to 100. Default: 0.0. Changes at: start. */
  "edge-power"?: number;
  /** How much the surroundings of the face count in masked training: 0 not, 1 fully. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "background-power"?: number;
  /** Turns, open mouths and shut eyes that a set has little of come more often, and src faces of the kinds that dst shows. Uniform yaw goes before it. Default: false. Changes at: start. */
  "by-worth"?: boolean;
  /** Trains dst only in every so many iterations and src alone in those between, which take half the time: the merge shows src's decoder. Always 1 with AMP, pretraining, styles, true face, expression power and --retrain-worst, which need both. Range: 1 to 100. Default: 1. Changes at: start. */
  "dst-every"?: number;
  /** Strength of the random rotation, scale and shift: 1 is the original's. Faces are aligned in the merge too, so less learns much faster; 1 forgives more when the alignment is poor. Range: 0 to 1. Default: 1.0. Changes at: start. */
  "random-move"?: number;
  /** Part of the faces that random warp distorts: 1 is the original's. What is left unwarped keeps lids and gaze exact. Range: 0 to 1. Default: 1.0. Changes at: start. */
  "warp-share"?: number;
  /** Batches over which the random moves rise from none to their strength; 0: at once. Range: 0 to 1000000. Default: 0. Changes at: start. */
  "move-ramp"?: number;
  /** Probability that an input is blurred. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "random-blur"?: number;
  /** Probability that an input is given noise. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "random-noise"?: number;
  /** Probability that an input is compressed. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "random-jpeg"?: number;
  /** Probability that an input is made smaller and enlarged again. Range: 0 to 1. Default: 0.0. Changes at: start. */
  "random-downscale"?: number;
  /** Parts that a batch is computed in, one after another: less memory, a little slower. Range: 1 to 64. Default: 1. Changes at: start. */
  "micro-batches"?: number;
  /** Computes the decoder twice in place of keeping it: less memory, slower. Default: false. Changes at: start. */
  "checkpointing"?: boolean;
  /** In fp32 on the processor: 3x3 convolutions by Winograd's algorithm, two to three times as fast; rounding differs in the sixth digit. Default: false. Changes at: start. */
  "winograd"?: boolean;
  /** Parts that are not trained, with commas: encoder,inter. Default: "". Changes at: start. */
  "freeze"?: string;
  /** AMP: train the two inters, which the original leaves at their random start; liae: inter_AB also without random warp. Default: false. Changes at: start. */
  "train-inters"?: boolean;
  /** Every so many iterations, the batch's worst faces since then come once more; 0: off. Range: 0 to 100000. Default: 0. Changes at: start. */
  "retrain-worst"?: number;
  /** Discriminators learn from faces made anew after the step, as in the original, not from those of the step: slower by a forward pass, no better. Default: false. Changes at: start. */
  "fresh-fakes"?: boolean;
  /** Channels of the code that src and dst are mixed in. Range: 16 to 2048. Default: 1024. Changes at: creation. */
  "inter-dims"?: number;
  /** Part of the src channels in training; 0.5 suits most. Range: 0.1 to 0.5. Default: 0.5. Changes at: creation. */
  "morph-factor"?: number;
}

/** List the workspace's models, the newest first. */
export interface ModelListOptions {
  /** Show each model's options too. Default: false. Changes at: start. */
  "options"?: boolean;
}

/** Tell which options were changed at which iteration. */
export interface ModelHistoryOptions {
  /** Empty: the newest. Default: "". Changes at: start. */
  "model"?: string;
}

/** Give a model another name. */
export interface ModelRenameOptions {
  /** The model to rename. Default: "". Changes at: start. */
  "model"?: string;
  /** Its new name. Default: "". Changes at: start. */
  "as"?: string;
}

/** Copy a model, or bring one of its backups back as a copy. */
export interface ModelDuplicateOptions {
  /** The model to copy; empty: the newest. Default: "". Changes at: start. */
  "model"?: string;
  /** Name of the copy; empty: NAME-copy. Default: "". Changes at: start. */
  "as"?: string;
  /** Copy this backup of it, 1 being the newest; 0: the model itself. Range: 0 to 99. Default: 0. Changes at: start. */
  "backup"?: number;
}

/** Delete a model with its backups, and nothing else. */
export interface ModelDeleteOptions {
  /** The model to delete, with its backups. Default: "". Changes at: start. */
  "model"?: string;
  /** Really delete it; without this it is only told what would go. Default: false. Changes at: start. */
  "yes"?: boolean;
}

/** Read all saved generations and backups of a model and tell which are whole. */
export interface ModelVerifyOptions {
  /** Empty: the newest. Default: "". Changes at: start. */
  "model"?: string;
}

/** Bring a model back to a saved generation or a backup; what it is now becomes a backup. */
export interface ModelRestoreOptions {
  /** The model to bring back to what it was. Default: "". Changes at: start. */
  "model"?: string;
  /** Of the saved generation to go back to; 0: see the backup. Range: 0 to …. Default: 0. Changes at: start. */
  "iteration"?: number;
  /** The backup to go back to, 1 being the newest. Range: 0 to 99. Default: 0. Changes at: start. */
  "backup"?: number;
}

/** Bring a DeepFaceLab model (SAEHD, AMP, Quick96) here, to merge with or to train on. */
export interface ModelImportOptions {
  /** Folder with DeepFaceLab's model files; empty: WORKSPACE/model. Default: "". Changes at: start. */
  "from"?: string;
  /** The model's name in DeepFaceLab; empty: the newest there. Default: "". Changes at: start. */
  "name"?: string;
  /** Name of the new model here; empty: the same name. Default: "". Changes at: start. */
  "as"?: string;
  /** Take the optimisers' memory along; off: it starts anew. Default: true. Changes at: start. */
  "optimizer"?: boolean;
  /** Take those of GAN and true face along; off: they start anew. Default: true. Changes at: start. */
  "discriminators"?: boolean;
}

/** Write a model as DeepFaceLab's files, or as the file that DeepFaceLive and others load. */
export interface ModelExportOptions {
  /** Empty: the newest. Default: "". Changes at: start. */
  "model"?: string;
  /** dfl: DeepFaceLab's model files, to train on or to merge with there; dfm: one file (ONNX) for DeepFaceLive, FaceFusion, VisoMaster and merge --model-file. Default: "dfl". Changes at: start. */
  "to"?: "dfl" | "dfm";
  /** Folder for the files; empty: WORKSPACE/exported. Default: "". Changes at: start. */
  "output"?: string;
  /** The model's name there; empty: the same name. Default: "". Changes at: start. */
  "as"?: string;
  /** Export the running mean of the weights where the model keeps one (--ema). Default: true. Changes at: start. */
  "averaged"?: boolean;
  /** A dfm in float16: half the size, and quicker on many graphics cards. Default: false. Changes at: start. */
  "quantised"?: boolean;
  /** Write over a model of that name. Default: false. Changes at: start. */
  "replace"?: boolean;
}

/** Decode aligned faces with a model: the swapped face and both masks as PNG. */
export interface ModelPredictOptions {
  /** Folder of the model in WORKSPACE/model; empty: the newest. Default: "". Changes at: start. */
  "model"?: string;
  /** A .dfm or .onnx file in place of a model: exported here, by DeepFaceLab or by others. Default: "". Changes at: start. */
  "model-file"?: string;
  /** Of --model-file; auto: as the file tells, else as most of the faces are cut. Default: "auto". Changes at: start. */
  "model-face-type"?: "auto" | "h" | "mf" | "f" | "wf" | "head";
  /** Of a --model-file that leaves it open; 0: as the file tells. Range: 0 to 2048. Default: 0. Changes at: start. */
  "model-resolution"?: number;
  /** An aligned face, a folder of them, or one with a faceset.pak; empty: the dst faceset. Default: "". Changes at: start. */
  "input"?: string;
  /** Folder for the pictures; empty: WORKSPACE/predicted. Default: "". Changes at: start. */
  "output"?: string;
  /** At most this many faces, spread over the set; 0: all. Range: 0 to …. Default: 0. Changes at: start. */
  "limit"?: number;
  /** AMP models: how much of the src face, from 0 (the dst face) to 1. Range: 0 to 1. Default: 1.0. Changes at: start. */
  "morph"?: number;
  /** Processor threads; 0: all. Range: 0 to 1024. Default: 0. Changes at: start. */
  "threads"?: number;
  /** Use a CUDA GPU when there is one; a model file runs on the processor. Default: true. Changes at: start. */
  "gpu"?: boolean;
}

export interface Verbs {
  "new": {
    positionals: { };
    options: NewOptions;
    commands: "stop";
  };
  "clear": {
    positionals: { "step"?: "frames" | "faces" | "model" | "merge" | "video"; };
    options: ClearOptions;
    commands: "stop";
  };
  "doctor": {
    positionals: { };
    options: DoctorOptions;
    commands: "stop";
  };
  "schema": {
    positionals: { };
    options: SchemaOptions;
    commands: "stop";
  };
  "studio": {
    positionals: { };
    options: StudioOptions;
    commands: "stop";
  };
  "demo": {
    positionals: { };
    options: DemoOptions;
    commands: "stop" | "save" | "backup" | "preview" | "next-preview" | "loss-range" | "pause" | "resume" | "set";
  };
  "run": {
    positionals: { };
    options: RunOptions;
    commands: "stop" | "save" | "backup" | "preview" | "next-preview" | "loss-range" | "pause" | "resume" | "set";
  };
  "frames extract": {
    positionals: { "side": "src" | "dst"; };
    options: FramesExtractOptions;
    commands: "stop";
  };
  "frames import": {
    positionals: { "side": "src" | "dst"; };
    options: FramesImportOptions;
    commands: "stop";
  };
  "frames cut": {
    positionals: { "side"?: "src" | "dst"; };
    options: FramesCutOptions;
    commands: "stop";
  };
  "frames denoise": {
    positionals: { "side": "src" | "dst"; };
    options: FramesDenoiseOptions;
    commands: "stop";
  };
  "extract": {
    positionals: { "side": "src" | "dst"; };
    options: ExtractOptions;
    commands: "stop";
  };
  "sort": {
    positionals: { "side": "src" | "dst"; };
    options: SortOptions;
    commands: "stop";
  };
  "catalogue": {
    positionals: { "side": "src" | "dst"; };
    options: CatalogueOptions;
    commands: "stop";
  };
  "faceset filter": {
    positionals: { "side": "src" | "dst";  "expression": string; };
    options: FacesetFilterOptions;
    commands: "stop";
  };
  "faceset stats": {
    positionals: { "side": "src" | "dst"; };
    options: FacesetStatsOptions;
    commands: "stop";
  };
  "faceset pack": {
    positionals: { "side": "src" | "dst"; };
    options: FacesetPackOptions;
    commands: "stop";
  };
  "faceset unpack": {
    positionals: { "side": "src" | "dst"; };
    options: FacesetUnpackOptions;
    commands: "stop";
  };
  "faceset import": {
    positionals: { "side": "src" | "dst"; };
    options: FacesetImportOptions;
    commands: "stop";
  };
  "faceset save-metadata": {
    positionals: { "side": "src" | "dst"; };
    options: FacesetSaveMetadataOptions;
    commands: "stop";
  };
  "faceset restore-metadata": {
    positionals: { "side": "src" | "dst"; };
    options: FacesetRestoreMetadataOptions;
    commands: "stop";
  };
  "faceset recover-names": {
    positionals: { "side": "src" | "dst"; };
    options: FacesetRecoverNamesOptions;
    commands: "stop";
  };
  "faceset landmarks": {
    positionals: { "side": "src" | "dst"; };
    options: FacesetLandmarksOptions;
    commands: "stop";
  };
  "faceset export-masks": {
    positionals: { "side": "src" | "dst"; };
    options: FacesetExportMasksOptions;
    commands: "stop";
  };
  "faceset delete": {
    positionals: { "side": "src" | "dst"; };
    options: FacesetDeleteOptions;
    commands: "stop";
  };
  "faceset restore": {
    positionals: { "side": "src" | "dst"; };
    options: FacesetRestoreOptions;
    commands: "stop";
  };
  "faceset undo": {
    positionals: { "side": "src" | "dst"; };
    options: FacesetUndoOptions;
    commands: "stop";
  };
  "faceset redo": {
    positionals: { "side": "src" | "dst"; };
    options: FacesetRedoOptions;
    commands: "stop";
  };
  "faceset resize": {
    positionals: { "side": "src" | "dst"; };
    options: FacesetResizeOptions;
    commands: "stop";
  };
  "faceset enhance": {
    positionals: { "side": "src" | "dst"; };
    options: FacesetEnhanceOptions;
    commands: "stop";
  };
  "faceset identity": {
    positionals: { "side": "src" | "dst"; };
    options: FacesetIdentityOptions;
    commands: "stop";
  };
  "mask status": {
    positionals: { "side": "src" | "dst"; };
    options: MaskStatusOptions;
    commands: "stop";
  };
  "mask label": {
    positionals: { "side": "src" | "dst"; };
    options: MaskLabelOptions;
    commands: "stop";
  };
  "mask fetch": {
    positionals: { "side": "src" | "dst"; };
    options: MaskFetchOptions;
    commands: "stop";
  };
  "mask remove-labels": {
    positionals: { "side": "src" | "dst"; };
    options: MaskRemoveLabelsOptions;
    commands: "stop";
  };
  "mask remove": {
    positionals: { "side": "src" | "dst"; };
    options: MaskRemoveOptions;
    commands: "stop";
  };
  "mask export": {
    positionals: { "side": "src" | "dst"; };
    options: MaskExportOptions;
    commands: "stop";
  };
  "mask import": {
    positionals: { "side": "src" | "dst"; };
    options: MaskImportOptions;
    commands: "stop";
  };
  "mask sheet": {
    positionals: { "side": "src" | "dst"; };
    options: MaskSheetOptions;
    commands: "stop";
  };
  "mask check": {
    positionals: { "side": "src" | "dst"; };
    options: MaskCheckOptions;
    commands: "stop";
  };
  "mask train": {
    positionals: { };
    options: MaskTrainOptions;
    commands: "stop" | "save" | "backup" | "preview" | "next-preview" | "loss-range" | "pause" | "resume" | "set";
  };
  "mask apply": {
    positionals: { "side": "src" | "dst"; };
    options: MaskApplyOptions;
    commands: "stop";
  };
  "mask import-model": {
    positionals: { };
    options: MaskImportModelOptions;
    commands: "stop";
  };
  "mask export-model": {
    positionals: { };
    options: MaskExportModelOptions;
    commands: "stop";
  };
  "train saehd": {
    positionals: { };
    options: TrainSaehdOptions;
    commands: "stop" | "save" | "backup" | "preview" | "next-preview" | "loss-range" | "pause" | "resume" | "set";
  };
  "train amp": {
    positionals: { };
    options: TrainAmpOptions;
    commands: "stop" | "save" | "backup" | "preview" | "next-preview" | "loss-range" | "pause" | "resume" | "set";
  };
  "train quick96": {
    positionals: { };
    options: TrainQuick96Options;
    commands: "stop" | "save" | "backup" | "preview" | "next-preview" | "loss-range" | "pause" | "resume" | "set";
  };
  "merge": {
    positionals: { };
    options: MergeOptions;
    commands: "stop";
  };
  "merge deliver": {
    positionals: { };
    options: MergeDeliverOptions;
    commands: "stop";
  };
  "merge check": {
    positionals: { };
    options: MergeCheckOptions;
    commands: "stop";
  };
  "merge set": {
    positionals: { "values"?: string; };
    options: MergeSetOptions;
    commands: "stop";
  };
  "merge key": {
    positionals: { "values": string; };
    options: MergeKeyOptions;
    commands: "stop";
  };
  "merge copy": {
    positionals: { };
    options: MergeCopyOptions;
    commands: "stop";
  };
  "merge shots": {
    positionals: { "action"?: "list" | "find" | "split" | "join" | "rename" | "move"; };
    options: MergeShotsOptions;
    commands: "stop";
  };
  "merge persons": {
    positionals: { };
    options: MergePersonsOptions;
    commands: "stop";
  };
  "merge show": {
    positionals: { };
    options: MergeShowOptions;
    commands: "stop";
  };
  "merge diff": {
    positionals: { "a": string;  "b": string; };
    options: MergeDiffOptions;
    commands: "stop";
  };
  "merge undo": {
    positionals: { };
    options: MergeUndoOptions;
    commands: "stop";
  };
  "merge redo": {
    positionals: { };
    options: MergeRedoOptions;
    commands: "stop";
  };
  "merge import-session": {
    positionals: { };
    options: MergeImportSessionOptions;
    commands: "stop";
  };
  "video encode": {
    positionals: { };
    options: VideoEncodeOptions;
    commands: "stop";
  };
  "score": {
    positionals: { };
    options: ScoreOptions;
    commands: "stop";
  };
  "model create": {
    positionals: { "class": "saehd" | "amp" | "quick96"; };
    options: ModelCreateOptions;
    commands: "stop";
  };
  "model list": {
    positionals: { };
    options: ModelListOptions;
    commands: "stop";
  };
  "model history": {
    positionals: { };
    options: ModelHistoryOptions;
    commands: "stop";
  };
  "model rename": {
    positionals: { };
    options: ModelRenameOptions;
    commands: "stop";
  };
  "model duplicate": {
    positionals: { };
    options: ModelDuplicateOptions;
    commands: "stop";
  };
  "model delete": {
    positionals: { };
    options: ModelDeleteOptions;
    commands: "stop";
  };
  "model verify": {
    positionals: { };
    options: ModelVerifyOptions;
    commands: "stop";
  };
  "model restore": {
    positionals: { };
    options: ModelRestoreOptions;
    commands: "stop";
  };
  "model import": {
    positionals: { };
    options: ModelImportOptions;
    commands: "stop";
  };
  "model export": {
    positionals: { };
    options: ModelExportOptions;
    commands: "stop";
  };
  "model predict": {
    positionals: { };
    options: ModelPredictOptions;
    commands: "stop";
  };
}
