/// The schemas of the OpenAPI document (JSON Schema 2020-12).
enum OpenAPISchemas {
  static let json = """
    {
    "NewMessage":{"type":"object","required":["user","text"],"properties":{
      "user":{"type":"string","description":"1-32 ASCII letters, digits and -[]\\\\`_^{|}, no digit or - first"},
      "room":{"type":["string","null"],"default":"default",
        "description":"1-50 bytes of UTF-8 without space, comma, colon, # or controls"},
      "text":{"type":"string",
        "description":"1-4096 bytes, at most 64 lines, no controls but tab, newline and IRC formatting"},
      "session_id":{"type":["string","null"],"description":"Accepted and unused."}}},
    "Published":{"type":"object","required":["status","id","room","ts"],"properties":{
      "status":{"const":"published"},"id":{"type":"integer"},"room":{"type":"string"},
      "ts":{"type":"string","format":"date-time"}}},
    "Message":{"type":"object","required":["id","user","room","text","role","ts"],"properties":{
      "id":{"type":"integer","description":"Rises over all rooms."},"user":{"type":"string"},
      "room":{"type":"string"},"text":{"type":"string"},"role":{"enum":["user","ai"]},
      "ts":{"type":"string","format":"date-time"},
      "kind":{"enum":["notice","action"],"description":"Missing for an ordinary message."}}},
    "Page":{"type":"object","required":["messages","next"],"properties":{
      "messages":{"type":"array","items":{"$ref":"#/components/schemas/Message"}},
      "next":{"type":["integer","null"],
        "description":"The value for the same parameter (before, if neither was given) that continues; null at the end."},
      "gap":{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":2,
        "description":"[A,B]: messages with A < id <= B are gone."}}},
    "Rooms":{"type":"object","required":["rooms"],"properties":{"rooms":{"type":"array","items":{
      "type":"object","required":["room","members"],"properties":{"room":{"type":"string"},
        "members":{"type":"integer","description":"How many names are there."},"topic":{"type":"string"}}}}}},
    "Health":{"type":"object","required":["status"],"properties":{"status":{"const":"ok"}}},
    "Problem":{"type":"object","required":["type","title","status","detail"],"properties":{
      "type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},
      "detail":{"type":"string"},
      "field":{"type":"string","description":"The member or parameter at fault."},
      "code":{"type":"string","description":"For programs."}}},
    "OpenAPI":{"type":"object"},
    "Text":{"type":"string"}
    }
    """
}
