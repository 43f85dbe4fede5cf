import type { WriteStream } from 'node:tty';

const BAR = 16;

/** Shows how far a piece of work is. */
export interface Progress {
  /** Ends what is under way and begins something new. */
  begin(title: string): void;
  update(done: number, total: number, detail: string): void;
  /** Leaves the last state standing. */
  end(): void;
}

/**
 * A bar that is redrawn in place on a terminal. Elsewhere plain lines: the title, and then one line
 * whenever another quarter is done and at the end, so that a log stays short.
 */
export function createProgress(stream: Pick<WriteStream, 'write' | 'isTTY' | 'columns'>): Progress {
  return stream.isTTY ? bar(stream) : lines(stream);
}

function bar(stream: Pick<WriteStream, 'write' | 'columns'>): Progress {
  let title = '';
  let drawn = false;
  const end = () => {
    if (drawn) stream.write('\n');
    drawn = false;
  };
  return {
    begin(next) {
      end();
      title = next;
      stream.write(title);
      drawn = true;
    },
    update(done, total, detail) {
      const filled = total === 0 ? BAR : Math.round((BAR * done) / total);
      const text = `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${done}/${total} ${title} ${detail}`;
      stream.write(`\r\u001b[2K${text.trimEnd().slice(0, (stream.columns || 80) - 1)}`);
      drawn = true;
    },
    end,
  };
}

function lines(stream: Pick<WriteStream, 'write'>): Progress {
  let title = '';
  let quarter = -1;
  return {
    begin(next) {
      title = next;
      quarter = -1;
    },
    update(done, total, detail) {
      const now = total === 0 ? 4 : Math.floor((4 * done) / total);
      if (now === quarter) return;
      quarter = now;
      stream.write(`${`${title}: ${done}/${total} ${detail}`.trimEnd()}\n`);
    },
    end() {},
  };
}
