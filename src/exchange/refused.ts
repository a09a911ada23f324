/** An upload or a request that cannot be answered as asked. The message names place and rule, and quotes nothing sent. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}
