/**
 * A file system of its own in a file, whose power can be cut: `shutdown` of ext4 and xfs drops everything that was not synced, without
 * flushing. Needs root, loop devices, and the tools of xfsprogs and e2fsprogs.
 */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

export type FileSystem = "ext4" | "xfs"

/** The smallest image that mkfs.xfs takes is 300 MiB; it is sparse. */
const imageBytes = 419_430_400

const has = (tool: string): boolean => ["/sbin", "/usr/sbin", "/bin", "/usr/bin"].some((dir) => existsSync(join(dir, tool)))

/** Why a power cut cannot be tried on this machine, or null. */
export function whyNoLoopMount(fileSystem: FileSystem): string | null {
  if (process.getuid?.() !== 0) return "mounting needs root"
  for (const tool of ["mount", "umount", "xfs_io", `mkfs.${fileSystem}`]) {
    if (!has(tool)) return `${tool} is missing: apt-get install xfsprogs e2fsprogs mount`
  }
  return existsSync("/dev/loop-control") ? null : "there are no loop devices"
}

export class LoopMount {
  readonly dir: string
  private readonly image: string
  private readonly mountPoint: string
  private readonly fileSystem: FileSystem
  private isMounted = false

  constructor(fileSystem: FileSystem) {
    this.fileSystem = fileSystem
    const base = mkdtempSync(join(tmpdir(), `rivven-${fileSystem}-`))
    this.image = join(base, "image")
    this.mountPoint = join(base, "mount")
    this.dir = base
    mkdirSync(this.mountPoint)
    writeFileSync(this.image, "")
    truncateSync(this.image, imageBytes)
    run(`mkfs.${fileSystem}`, ["-q", this.image])
    this.mount()
  }

  get dataDir(): string {
    return join(this.mountPoint, "data")
  }

  /** `whenCut` ends the processes that still hold files; the file system does not answer them any more. */
  async cutPower(whenCut: () => Promise<void>): Promise<void> {
    run("xfs_io", ["-x", "-c", "shutdown", this.mountPoint])
    await whenCut()
    this.unmount()
    this.mount()
  }

  remove(): void {
    if (this.isMounted) this.unmount()
    rmSync(this.dir, { recursive: true, force: true })
  }

  private mount(): void {
    run("mount", ["-t", this.fileSystem, "-o", "loop", this.image, this.mountPoint])
    this.isMounted = true
  }

  private unmount(): void {
    run("umount", [this.mountPoint])
    this.isMounted = false
  }
}

function run(tool: string, args: string[]): void {
  execFileSync(tool, args, { stdio: ["ignore", "pipe", "pipe"], env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" } })
}
