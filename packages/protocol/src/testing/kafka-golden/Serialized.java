// Writes every message of the APIs we define, at every version, filled with pseudo-random values by Kafka's own generated classes:
// one JSON line per message {"api", "side", "version", "hex", "json"}. `json` is what Kafka's JsonConverter makes of the same object.
// With the argument `old`, only the versions that Kafka 4 dropped. README.md says how to run it.
import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.nio.ByteBuffer;
import java.util.*;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.*;
import org.apache.kafka.common.protocol.types.*;

public class Serialized {
  static final Map<Integer, Integer> LAST = Map.of(22, 5);
  static final Set<Integer> KEYS = Set.of(0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 35, 36, 37, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 55, 57, 60, 61, 64, 65, 66, 68, 69, 74, 75, 80, 81);
  /** Versions that Kafka 4 dropped and that we keep; Kafka 3.9 still has them. */
  static final Map<Integer, int[]> OLD = Map.of(8, new int[] {1, 1}, 19, new int[] {0, 1}, 20, new int[] {0, 0}, 32, new int[] {0, 0}, 29, new int[] {0, 0}, 30, new int[] {0, 0}, 31, new int[] {0, 0});
  static Random random;

  public static void main(String[] args) throws Exception {
    boolean old = args.length > 0 && args[0].equals("old");
    for (ApiMessageType type : ApiMessageType.values()) {
      int[] oldRange = OLD.get((int) type.apiKey());
      if (old ? oldRange == null : !KEYS.contains((int) type.apiKey())) continue;
      int first = old ? oldRange[0] : type.lowestSupportedVersion();
      int last = old ? oldRange[1] : LAST.getOrDefault((int) type.apiKey(), (int) type.highestSupportedVersion(true));
      for (int v = first; v <= last; v++) {
        for (int sample = 0; sample < 2; sample++) {
          one(type, "request", type.newRequest(), type.requestSchemas()[v], v, sample);
          one(type, "response", type.newResponse(), type.responseSchemas()[v], v, sample);
        }
      }
    }
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
        for (Field field : fieldsOf(tags).values()) if (!sparse) set(target, field, false);
      } else set(target, bound.def, sparse);
    }
  }

  /** A public method in Kafka 4 only. */
  static Map<Integer, Field> fieldsOf(TaggedFields tags) throws Exception {
    java.lang.reflect.Field fields = TaggedFields.class.getDeclaredField("fields");
    fields.setAccessible(true);
    return (Map<Integer, Field>) fields.get(tags);
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
    if (into == double.class) return random.nextInt() / 8.0;
    if (into == byte[].class) return bytes();
    if (into == ByteBuffer.class) return ByteBuffer.wrap(bytes());
    // Named at run time, because the package is another one in Kafka 3.
    if (into.getSimpleName().equals("BaseRecords")) return Class.forName(into.getPackageName() + ".MemoryRecords").getMethod("readableRecords", ByteBuffer.class).invoke(null, ByteBuffer.wrap(bytes()));
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
    return c == Integer.class ? int.class : c == Short.class ? short.class : c == Byte.class ? byte.class : c == Long.class ? long.class : c == Double.class ? double.class : c;
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
