// Writes every message of the APIs we define, at every version, filled with pseudo-random values by Kafka's own generated classes:
// one JSON line per message {"api", "side", "version", "hex", "json"}. `json` is what Kafka's JsonConverter makes of the same object.
// Then record batches {"batch", "hex"} and the table of errors. README.md says how to run it.
import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.nio.ByteBuffer;
import java.util.*;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.InvalidMetadataException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.*;
import org.apache.kafka.common.protocol.types.*;
import org.apache.kafka.common.record.internal.*;

public class Serialized {
  static final Map<Integer, Integer> LAST = Map.of(22, 5);
  static final Set<Integer> KEYS = Set.of(0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 22, 32, 35, 37, 42, 44, 47, 60, 75);
  static Random random;

  public static void main(String[] args) throws Exception {
    for (ApiMessageType type : ApiMessageType.values()) {
      if (!KEYS.contains((int) type.apiKey())) continue;
      int last = LAST.getOrDefault((int) type.apiKey(), (int) type.highestSupportedVersion(true));
      for (int v = type.lowestSupportedVersion(); v <= last; v++) {
        for (int sample = 0; sample < 2; sample++) {
          one(type, "request", type.newRequest(), type.requestSchemas()[v], v, sample);
          one(type, "response", type.newResponse(), type.responseSchemas()[v], v, sample);
        }
      }
    }
    batches();
    for (Errors e : Errors.values()) {
      boolean retriable = e.exception() instanceof RetriableException;
      boolean stale = e.exception() instanceof InvalidMetadataException;
      System.out.println("{\"error\":\"" + e.name() + "\",\"code\":" + e.code() + ",\"retriable\":" + retriable + ",\"staleMetadata\":" + stale + "}");
    }
  }

  /** Record batches by Kafka's own builder: {"batch", "hex"}, the same four records in every codec, then both transaction markers. */
  static void batches() throws Exception {
    SimpleRecord[] records = {
      new SimpleRecord(1700000000000L, null, "plain".getBytes()),
      new SimpleRecord(1700000000123L, "key".getBytes(), null),
      new SimpleRecord(1699999999000L, "k".getBytes(), wide(), new Header[] {new RecordHeader("h", "v".getBytes()), new RecordHeader("null", null)}),
      new SimpleRecord(1700000999000L, new byte[0], new byte[0]),
    };
    Compression[] all = {Compression.NONE, Compression.gzip().build(), Compression.snappy().build(), Compression.lz4().build(), Compression.zstd().build()};
    for (Compression codec : all) print(codec.type().name, MemoryRecords.withIdempotentRecords((byte) 2, 1000L, codec, 77L, (short) 3, 9, 5, records));
    for (ControlRecordType type : new ControlRecordType[] {ControlRecordType.ABORT, ControlRecordType.COMMIT}) {
      print(type.name().toLowerCase(), MemoryRecords.withEndTransactionMarker(42L, 1700000000000L, 5, 77L, (short) 3, new EndTransactionMarker(type, 6)));
    }
  }

  /** 3 KiB that compress, but not to nothing. */
  static byte[] wide() {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < 300; i++) out.append(i * i % 97).append(" and ").append(i % 7).append(';');
    return out.toString().getBytes();
  }

  static void print(String name, MemoryRecords records) {
    byte[] out = new byte[records.sizeInBytes()];
    records.buffer().duplicate().get(out);
    System.out.println("{\"batch\":\"" + name + "\",\"hex\":\"" + HexFormat.of().formatHex(out) + "\"}");
  }

  static void one(ApiMessageType type, String side, ApiMessage message, Schema schema, int version, int sample) throws Exception {
    random = new Random(type.apiKey() * 1000 + version * 10 + sample + (side.equals("request") ? 500 : 0));
    fill(message, schema, sample == 1);
    ObjectSerializationCache cache = new ObjectSerializationCache();
    int size = message.size(cache, (short) version);
    ByteBuffer buffer = ByteBuffer.allocate(size);
    message.write(new ByteBufferAccessor(buffer), cache, (short) version);
    Class<?> converter = Class.forName(message.getClass().getName() + "JsonConverter");
    JsonNode json = (JsonNode) converter.getMethod("write", message.getClass(), short.class, boolean.class).invoke(null, message, (short) version, true);
    System.out.println("{\"api\":\"" + type.name + "\",\"side\":\"" + side + "\",\"version\":" + version + ",\"hex\":\"" + HexFormat.of().formatHex(buffer.array()) + "\",\"json\":" + json + "}");
  }

  static void fill(Object target, Schema schema, boolean sparse) throws Exception {
    for (BoundField bound : schema.fields()) {
      if (bound.def.type instanceof TaggedFields tags) {
        for (Field field : tags.fields().values()) if (!sparse) set(target, field, false);
      } else set(target, bound.def, sparse);
    }
  }

  static void set(Object target, Field field, boolean sparse) throws Exception {
    StringBuilder name = new StringBuilder("set");
    for (String part : field.name.split("_")) name.append(Character.toUpperCase(part.charAt(0))).append(part.substring(1));
    Method setter = null;
    for (Method m : target.getClass().getMethods()) if (m.getName().equalsIgnoreCase(name.toString()) && m.getParameterCount() == 1) setter = m;
    if (setter == null) throw new IllegalStateException(target.getClass() + " " + name);
    setter.invoke(target, value(field.type, setter.getParameterTypes()[0], setter.getGenericParameterTypes()[0], sparse));
  }

  static Object value(Type type, Class<?> into, java.lang.reflect.Type generic, boolean sparse) throws Exception {
    if (type.isNullable() && sparse && random.nextBoolean()) return null;
    if (type.isArray()) return array(type.arrayElementType().get(), into, generic, sparse);
    if (type instanceof Schema schema) return struct(schema, into, sparse);
    if (into == String.class) return sparse ? "" : text();
    if (into == Uuid.class) return sparse ? Uuid.ZERO_UUID : new Uuid(random.nextLong(), random.nextLong());
    if (into == boolean.class) return random.nextBoolean();
    if (into == byte.class) return (byte) random.nextInt();
    if (into == short.class) return (short) random.nextInt();
    if (into == int.class) return type == Type.UINT16 ? random.nextInt(65536) : random.nextInt();
    if (into == long.class) return random.nextInt(3) == 0 ? -1L : random.nextLong() >> 11;
    if (into == byte[].class) return bytes();
    if (into == ByteBuffer.class) return ByteBuffer.wrap(bytes());
    if (BaseRecords.class.isAssignableFrom(into)) return MemoryRecords.readableRecords(ByteBuffer.wrap(bytes()));
    throw new IllegalStateException(type + " into " + into);
  }

  static Object struct(Schema schema, Class<?> into, boolean sparse) throws Exception {
    Object made = into.getConstructor().newInstance();
    fill(made, schema, sparse);
    return made;
  }

  static Object array(Type element, Class<?> into, java.lang.reflect.Type generic, boolean sparse) throws Exception {
    int count = sparse ? random.nextInt(2) : 1 + random.nextInt(2);
    Collection<Object> made;
    Class<?> item;
    if (into == List.class) {
      made = new ArrayList<>();
      item = (Class<?>) ((ParameterizedType) generic).getActualTypeArguments()[0];
    } else {
      made = (Collection<Object>) into.getConstructor().newInstance();
      item = (Class<?>) ((ParameterizedType) into.getGenericSuperclass()).getActualTypeArguments()[0];
    }
    for (int i = 0; i < count; i++) made.add(value(element, unbox(item), item, sparse));
    return made;
  }

  static Class<?> unbox(Class<?> c) {
    return c == Integer.class ? int.class : c == Short.class ? short.class : c == Byte.class ? byte.class : c == Long.class ? long.class : c;
  }

  static String text() {
    String[] parts = {"topic", "-é", "€", "_x", "9"};
    StringBuilder out = new StringBuilder("t");
    for (int i = random.nextInt(5); i >= 0; i--) out.append(parts[random.nextInt(parts.length)]);
    return out.toString();
  }

  static byte[] bytes() {
    byte[] out = new byte[random.nextInt(12)];
    random.nextBytes(out);
    return out;
  }
}
