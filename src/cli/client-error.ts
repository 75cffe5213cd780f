/** The server could not be asked, or said no, or the config does not say which it is; the message is for people. */
export class ClientError extends Error {
  /** Of the program: 2 where the command line or the config is wrong. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
