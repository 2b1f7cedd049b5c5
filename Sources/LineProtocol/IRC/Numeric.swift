/// The numeric replies of IRC (modern.ircdocs.horse/#numerics; 335: IRCv3 bot mode, 354: WHOX, 730–734: IRCv3
/// monitor).
///
/// Each case is documented with the parameters after the client's nick; `…` may repeat, brackets may be left
/// out. Its name is the specification's without underscores: `errNoSuchNick` is ERR_NOSUCHNICK.
public enum Numeric: Int, CaseIterable, Sendable {
  /// `:text`
  case rplWelcome = 1
  /// `:text`
  case rplYourHost = 2
  /// `:text`
  case rplCreated = 3
  /// `server version userModes channelModes [channelModesWithParameter]`
  case rplMyInfo = 4
  /// `token… :text`
  case rplISupport = 5
  /// `modes`
  case rplUModeIs = 221
  /// `:text`
  case rplLUserClient = 251
  /// `operators :text`
  case rplLUserOp = 252
  /// `connections :text`
  case rplLUserUnknown = 253
  /// `channels :text`
  case rplLUserChannels = 254
  /// `:text`
  case rplLUserMe = 255
  /// `[server] :text`
  case rplAdminMe = 256
  /// `:text`
  case rplAdminLoc1 = 257
  /// `:text`
  case rplAdminLoc2 = 258
  /// `:text`
  case rplAdminEmail = 259
  /// `command :text`
  case rplTryAgain = 263
  /// `[users max] :text`
  case rplLocalUsers = 265
  /// `[users max] :text`
  case rplGlobalUsers = 266
  /// `nick :text`
  case rplWhoisCertFP = 276
  /// `nick :message`
  case rplAway = 301
  /// `:replies`
  case rplUserHost = 302
  /// `:nicks`
  case rplIsOn = 303
  /// `:text`
  case rplUnAway = 305
  /// `:text`
  case rplNowAway = 306
  /// `nick :text`
  case rplWhoisRegNick = 307
  /// `nick user host * :realname`
  case rplWhoisUser = 311
  /// `nick server :info`
  case rplWhoisServer = 312
  /// `nick :text`
  case rplWhoisOperator = 313
  /// `nick user host * :realname`
  case rplWhowasUser = 314
  /// `mask :text`
  case rplEndOfWho = 315
  /// `nick seconds signon :text`
  case rplWhoisIdle = 317
  /// `nick :text`
  case rplEndOfWhois = 318
  /// `nick :channels`
  case rplWhoisChannels = 319
  /// `nick :text`
  case rplWhoisSpecial = 320
  /// `Channel :text`
  case rplListStart = 321
  /// `channel count :topic`
  case rplList = 322
  /// `:text`
  case rplListEnd = 323
  /// `channel modes [arguments…]`
  case rplChannelModeIs = 324
  /// `channel unixTime`
  case rplCreationTime = 329
  /// `nick account :text`
  case rplWhoisAccount = 330
  /// `channel :text`
  case rplNoTopic = 331
  /// `channel :topic`
  case rplTopic = 332
  /// `channel nick unixTime`
  case rplTopicWhoTime = 333
  /// `nick :text`
  case rplWhoisBot = 335
  /// `channel`
  case rplInviteList = 336
  /// `:text`
  case rplEndOfInviteList = 337
  /// `nick [host] [address] :text`
  case rplWhoisActually = 338
  /// `nick channel`
  case rplInviting = 341
  /// `channel mask`
  case rplInvexList = 346
  /// `channel :text`
  case rplEndOfInvexList = 347
  /// `channel mask`
  case rplExceptList = 348
  /// `channel :text`
  case rplEndOfExceptList = 349
  /// `version server :comments`
  case rplVersion = 351
  /// `channel user host server nick flags :hops realname`
  case rplWhoReply = 352
  /// `symbol channel :nicks`
  case rplNamReply = 353
  /// `the fields that a WHOX asked for`
  case rplWhoSpcRpl = 354
  /// `* server :hops info`
  case rplLinks = 364
  /// `* :text`
  case rplEndOfLinks = 365
  /// `channel :text`
  case rplEndOfNames = 366
  /// `channel mask [who unixTime]`
  case rplBanList = 367
  /// `channel :text`
  case rplEndOfBanList = 368
  /// `nick :text`
  case rplEndOfWhowas = 369
  /// `:line`
  case rplInfo = 371
  /// `:line`
  case rplMotd = 372
  /// `:text`
  case rplEndOfInfo = 374
  /// `:text`
  case rplMotdStart = 375
  /// `:text`
  case rplEndOfMotd = 376
  /// `nick :text`
  case rplWhoisHost = 378
  /// `nick :text`
  case rplWhoisModes = 379
  /// `:text`
  case rplYoureOper = 381
  /// `file :text`
  case rplRehashing = 382
  /// `server [unixTime [offset]] :text`
  case rplTime = 391
  /// `command… :text`
  case errUnknownError = 400
  /// `nick :text`
  case errNoSuchNick = 401
  /// `server :text`
  case errNoSuchServer = 402
  /// `channel :text`
  case errNoSuchChannel = 403
  /// `channel :text`
  case errCannotSendToChan = 404
  /// `channel :text`
  case errTooManyChannels = 405
  /// `nick :text`
  case errWasNoSuchNick = 406
  /// `target :text`
  case errTooManyTargets = 407
  /// `:text`
  case errNoOrigin = 409
  /// `subcommand :text`
  case errInvalidCapCmd = 410
  /// `:text`
  case errNoRecipient = 411
  /// `:text`
  case errNoTextToSend = 412
  /// `:text`
  case errInputTooLong = 417
  /// `command :text`
  case errUnknownCommand = 421
  /// `:text`
  case errNoMotd = 422
  /// `server :text`
  case errNoAdminInfo = 423
  /// `:text`
  case errFileError = 424
  /// `:text`
  case errNoNicknameGiven = 431
  /// `nick :text`
  case errErroneusNickname = 432
  /// `nick :text`
  case errNicknameInUse = 433
  /// `nick :text`
  case errNickCollision = 436
  /// `nick or channel :text`
  case errUnavailResource = 437
  /// `nick channel :text`
  case errUserNotInChannel = 441
  /// `channel :text`
  case errNotOnChannel = 442
  /// `nick channel :text`
  case errUserOnChannel = 443
  /// `:text`
  case errNotRegistered = 451
  /// `command :text`
  case errNeedMoreParams = 461
  /// `:text`
  case errAlreadyRegistered = 462
  /// `:text`
  case errPasswdMismatch = 464
  /// `:text`
  case errYoureBannedCreep = 465
  /// `channel :text`
  case errKeySet = 467
  /// `channel :text`
  case errChannelIsFull = 471
  /// `mode :text`
  case errUnknownMode = 472
  /// `channel :text`
  case errInviteOnlyChan = 473
  /// `channel :text`
  case errBannedFromChan = 474
  /// `channel :text`
  case errBadChannelKey = 475
  /// `channel :text`
  case errBadChanMask = 476
  /// `channel :text`
  case errNeedReggedNick = 477
  /// `channel mode :text`
  case errBanListFull = 478
  /// `:text`
  case errNoPrivileges = 481
  /// `channel :text`
  case errChanOPrivsNeeded = 482
  /// `:text`
  case errCantKillServer = 483
  /// `:text`
  case errNoOperHost = 491
  /// `:text`
  case errUModeUnknownFlag = 501
  /// `:text`
  case errUsersDontMatch = 502
  /// `subject :text`
  case errHelpNotFound = 524
  /// `channel :text`
  case errInvalidKey = 525
  /// `:text`
  case rplStartTLS = 670
  /// `nick :text`
  case rplWhoisSecure = 671
  /// `:text`
  case errStartTLS = 691
  /// `target mode parameter :text`
  case errInvalidModeParam = 696
  /// `subject :line`
  case rplHelpStart = 704
  /// `subject :line`
  case rplHelpTxt = 705
  /// `subject :line`
  case rplEndOfHelp = 706
  /// `privilege :text`
  case errNoPrivs = 723
  /// `:targets`
  case rplMonOnline = 730
  /// `:targets`
  case rplMonOffline = 731
  /// `:targets`
  case rplMonList = 732
  /// `:text`
  case rplEndOfMonList = 733
  /// `limit targets :text`
  case errMonListFull = 734
  /// `source account :text`
  case rplLoggedIn = 900
  /// `source :text`
  case rplLoggedOut = 901
  /// `:text`
  case errNickLocked = 902
  /// `:text`
  case rplSASLSuccess = 903
  /// `:text`
  case errSASLFail = 904
  /// `:text`
  case errSASLTooLong = 905
  /// `:text`
  case errSASLAborted = 906
  /// `:text`
  case errSASLAlready = 907
  /// `mechanisms :text`
  case rplSASLMechs = 908

  /// The command on the wire: three digits.
  public var code: String {
    let digits = String(rawValue)
    return String(repeating: "0", count: 3 - digits.utf8.count) + digits
  }
}
