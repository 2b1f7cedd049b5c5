/// Why a client cannot do what it was asked, in words for the person at the terminal.
struct ClientError: Error, Equatable {
  let message: String
}
