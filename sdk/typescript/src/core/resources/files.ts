import type { Answer } from "../../types.js";
import type { ApiPromise } from "../answers.js";
import type { CallOptions, WriteOptions } from "../config.js";
import type { FileDownload } from "../downloads.js";
import { form, type UploadSource } from "../uploads.js";
import { Resource } from "./resource.js";

export interface FileOptions extends WriteOptions {
  /** The name that people see; without it that of a `File`. */
  name?: string;
}

export class Files extends Resource {
  /** Upload a file for a message. It is read in parts. One that no message uses is deleted at its `expires_at`. */
  upload(file: UploadSource, options: FileOptions = {}): ApiPromise<Answer<"create_file">> {
    const own = file instanceof Blob && "name" in file && typeof file.name === "string" ? file.name : "";
    const name = options.name ?? (own.replace(/^.*[/\\]/, "") || "file");
    const type = file instanceof Blob && file.type ? file.type : "application/octet-stream";
    const upload = form({}, { source: file, name, type }, this.transport.runtime.sendsStreams);
    return this.call("create_file", { upload, options });
  }

  /** What a file contains. A connection that breaks off is made again, and goes on where it was. */
  content(fileId: string, options?: CallOptions): FileDownload {
    return this.fileDownload("get_file", { ids: [fileId], options });
  }

  /** A small picture of a file that has one (`thumbnail` of an attachment is not null). */
  thumbnail(fileId: string, options?: CallOptions): FileDownload {
    return this.fileDownload("get_file_thumbnail", { ids: [fileId], options });
  }
}
