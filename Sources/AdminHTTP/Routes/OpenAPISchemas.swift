/// The schemas of the OpenAPI document (JSON Schema 2020-12).
///
/// They say what the parsers of `LineProtocol` ask for, but for what JSON Schema cannot say: it counts
/// characters, not bytes. `(?![\s\S])` is the end of a string in every dialect of regular expressions; `$` in
/// some also stands before a newline.
enum OpenAPISchemas {
  static let json = #"""
    {
    "Nick":{"type":"string","minLength":1,"maxLength":32,
      "pattern":"^[A-Za-z\\[\\\\\\]^_`{|}][A-Za-z0-9\\[\\\\\\]^_`{|}-]*(?![\\s\\S])",
      "description":"1-32 ASCII letters, digits and -[]\\`_^{|}, no digit or - first"},
    "RoomName":{"type":"string","minLength":1,"maxLength":51,
      "pattern":"^#?[^\\u0000-\\u0020#,:\\u007f-\\u009f]{1,50}(?![\\s\\S])",
      "description":"1-50 bytes of UTF-8 without space, comma, colon, # or controls; one # may stand before it"},
    "NewRoomName":{"allOf":[{"$ref":"#/components/schemas/RoomName"},
      {"pattern":"^[^\\u00a0\\u00ad\\u034f\\u061c\\u115f\\u1160\\u1680\\u17b4\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufdd0-\\ufdef\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\ufffe\\uffff]*(?![\\s\\S])"}],
      "description":"a room that is not there is made; then nothing in its name may be invisible"},
    "MessageText":{"type":"string","minLength":1,"maxLength":4159,"allOf":[{"pattern":"[^\\r\\n]"},{"pattern":
      "^[^\\u0000\\u0001\\u0005-\\u0008\\u000a-\\u000e\\u0010\\u0012-\\u0015\\u0017-\\u001c\\u007f-\\u009f]*(?:\\r?\\n[^\\u0000\\u0001\\u0005-\\u0008\\u000a-\\u000e\\u0010\\u0012-\\u0015\\u0017-\\u001c\\u007f-\\u009f]*){0,63}(?![\\s\\S])"}],
      "description":"1-4096 bytes of UTF-8 when CRLF has become LF, at most 64 lines, no controls but tab, newline and IRC formatting"},
    "NewMessage":{"type":"object","required":["user","text"],"properties":{
      "user":{"$ref":"#/components/schemas/Nick"},
      "room":{"anyOf":[{"$ref":"#/components/schemas/NewRoomName"},{"type":"null"}],"default":"default"},
      "text":{"$ref":"#/components/schemas/MessageText"},
      "session_id":{"type":["string","null"],"description":"Accepted and unused."}},
      "if":{"properties":{"room":{"type":"null"}}},"then":{"properties":{"channel":{"type":"null"},
        "topic":{"type":"null"},"target":{"type":"null"},"to_room":{"type":"null"}}}},
    "IdempotencyKey":{"type":"string","pattern":"^(?:\"[!#-:<-\\[\\]-~]{1,64}\"|[!#-:<-\\[\\]-~]{1,64})(?![\\s\\S])",
      "description":"1-64 visible ASCII characters without semicolon, quotation mark and backslash, in quotes or not"},
    "ID":{"type":"integer","minimum":0,"maximum":9223372036854775807},
    "Published":{"type":"object","required":["status","id","room","ts"],"properties":{
      "status":{"const":"published"},"id":{"type":"integer"},"room":{"type":"string"},
      "ts":{"type":"string","format":"date-time"}}},
    "Message":{"type":"object","required":["id","user","room","text","role","ts"],"properties":{
      "id":{"type":"integer","description":"Rises over all rooms."},"user":{"type":"string"},
      "room":{"type":"string"},"text":{"type":"string"},"role":{"enum":["user","ai"]},
      "ts":{"type":"string","format":"date-time"},
      "kind":{"enum":["notice","action","topic"],
        "description":"Missing for an ordinary message; topic, only with kinds=all: a change of the room's topic, its text empty if it was taken away."}}},
    "Page":{"type":"object","required":["messages","next"],"properties":{
      "messages":{"type":"array","items":{"$ref":"#/components/schemas/Message"}},
      "next":{"type":["integer","null"],
        "description":"The value for the same parameter (before, if neither was given) that continues; null at the end."},
      "gap":{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":2,
        "description":"[A,B]: messages with A < id <= B are gone."}}},
    "Rooms":{"type":"object","required":["rooms"],"properties":{"rooms":{"type":"array","items":{
      "type":"object","required":["room","members"],"properties":{"room":{"type":"string"},
        "members":{"type":"integer","description":"How many names are there."},"topic":{"type":"string"}}}}}},
    "Health":{"type":"object","required":["status"],"properties":{
      "status":{"const":"ok"},"warnings":{"type":"array","description":"Missing when there are none.","items":{
        "type":"object","required":["code","detail"],"properties":{
          "code":{"enum":["times-ahead","clock-ahead"]},"detail":{"type":"string"}}}}}},
    "Problem":{"type":"object","required":["type","title","status","detail"],"properties":{
      "type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},
      "detail":{"type":"string"},
      "field":{"type":"string","description":"The member or parameter at fault."},
      "code":{"type":"string","description":"For programs."}}},
    "OpenAPI":{"type":"object"},
    "Text":{"type":"string"}
    }
    """#
}
