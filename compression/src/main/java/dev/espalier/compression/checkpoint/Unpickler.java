package dev.espalier.compression.checkpoint;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.checkpoint.Pickled.None;
import dev.espalier.compression.checkpoint.Pickled.Tuple;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A pickle machine that can make numbers, texts, bytes, plain containers and tensors, and nothing
 * else: a pickle that refers to another class or function, or uses another opcode, is refused by
 * that name before anything of it is used. There is no way from here to a constructor or a method
 * that is not in {@link Globals}.
 */
final class Unpickler {
  private static final int NEWEST_PROTOCOL = 5;

  /** Values a pickle may make; the largest checkpoints of networks make some ten thousand. */
  private static final int MOST_VALUES = 2_000_000;

  /** Looks up what a pickle only refers to. */
  @FunctionalInterface
  interface Persistent {
    /**
     * @throws IllegalArgumentException saying what is wrong with {@code id}
     */
    Object load(Object id);
  }

  private final PickleInput in;
  private final Persistent persistent;
  private final List<Object> stack = new ArrayList<>();
  private final Deque<Integer> marks = new ArrayDeque<>();
  private final Map<Long, Object> memo = new HashMap<>();
  private final Allowance copies;
  private int values;

  private Unpickler(PickleInput in, Persistent persistent, Allowance copies) {
    this.in = in;
    this.persistent = persistent;
    this.copies = copies;
  }

  /**
   * Runs one pickle.
   *
   * @return its value, still with {@link Pickled} parts in it
   * @throws InvalidInput if it is broken or refers to something that is not read
   */
  static Object load(PickleInput in, Persistent persistent, Allowance copies) {
    Unpickler machine = new Unpickler(in, persistent, copies);
    try {
      for (Opcode opcode = in.opcode(); opcode != Opcode.STOP; opcode = in.opcode()) {
        machine.step(opcode);
      }
      return machine.pop();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw in.broken(e);
    }
  }

  private void step(Opcode opcode) {
    switch (opcode) {
      case PROTO -> requireProtocol(in.u8());
      case FRAME -> in.i64();
      case MARK -> mark();
      case POP -> drop();
      case POP_MARK -> popToMark();
      case DUP -> push(peek());

      case NONE -> push(None.NONE);
      case NEWTRUE -> push(true);
      case NEWFALSE -> push(false);
      case INT -> push(textInteger(in.number()));
      case LONG -> push(number(new BigInteger(in.number().replaceFirst("L$", ""))));
      case BININT -> push((long) in.i32());
      case BININT1 -> push((long) in.u8());
      case BININT2 -> push((long) in.u16());
      case LONG1 -> push(number(in.integer(in.u8())));
      case LONG4 -> push(number(in.integer(in.i32())));
      case FLOAT -> push(textFloat(in.number()));
      case BINFLOAT -> push(in.float64());

      case BINSTRING -> push(in.latin1(in.i32()));
      case SHORT_BINSTRING -> push(in.latin1(in.u8()));
      case UNICODE -> push(in.unicodeLine());
      case SHORT_BINUNICODE -> push(in.utf8(in.u8()));
      case BINUNICODE -> push(in.utf8(in.u32()));
      case BINUNICODE8 -> push(in.utf8(in.i64()));
      case SHORT_BINBYTES -> push(in.bytes(in.u8()));
      case BINBYTES -> push(in.bytes(in.u32()));
      case BINBYTES8, BYTEARRAY8 -> push(in.bytes(in.i64()));

      case EMPTY_TUPLE -> push(new Tuple(List.of()));
      case TUPLE -> push(new Tuple(popToMark()));
      case TUPLE1 -> pushTuple(1);
      case TUPLE2 -> pushTuple(2);
      case TUPLE3 -> pushTuple(3);
      case EMPTY_LIST, EMPTY_SET -> push(new ArrayList<>());
      case LIST, FROZENSET -> push(popToMark());
      case APPEND -> append(List.of(pop()));
      case APPENDS, ADDITEMS -> append(popToMark());
      case EMPTY_DICT -> push(new LinkedHashMap<>());
      case DICT -> {
        List<Object> items = popToMark();
        push(new LinkedHashMap<>());
        setItems(items);
      }
      case SETITEM -> {
        Object value = pop();
        setItems(List.of(pop(), value));
      }
      case SETITEMS -> setItems(popToMark());

      case PUT -> put(Long.parseLong(in.number()));
      case BINPUT -> put(in.u8());
      case LONG_BINPUT -> put(in.u32());
      case MEMOIZE -> put(memo.size());
      case GET -> get(Long.parseLong(in.number()));
      case BINGET -> get(in.u8());
      case LONG_BINGET -> get(in.u32());

      case GLOBAL -> push(global(in.line(), in.line()));
      case STACK_GLOBAL -> {
        Object name = pop();
        if (!(pop() instanceof String module) || !(name instanceof String text)) {
          throw in.broken("a reference to something without a name");
        }
        push(global(module, text));
      }
      case REDUCE -> {
        List<Object> arguments = tuple(pop());
        push(Globals.call(pop(), arguments, copies));
      }
      case BUILD -> {
        Object state = pop();
        Globals.build(peek(), state, copies);
      }
      case BINPERSID -> push(persistent.load(pop()));
      case INST -> throw instance(in.line(), in.line());
      case PERSID, STRING, OBJ, NEWOBJ, NEWOBJ_EX, EXT1, EXT2, EXT4, NEXT_BUFFER, READONLY_BUFFER ->
          throw refused(opcode);
      case STOP -> throw new AssertionError("handled by the caller");
    }
  }

  private void requireProtocol(int protocol) {
    if (protocol > NEWEST_PROTOCOL) {
      throw in.error("pickle protocol %d is not known; known are 0 to 5", protocol);
    }
  }

  private Pickled.Global global(String module, String name) {
    return Globals.find(module + "." + name).orElseThrow(() -> refused(module + "." + name));
  }

  /** Refuses an instance under its class's name, or if that is harmless, by the opcode. */
  private InvalidInput instance(String module, String name) {
    global(module, name);
    return refused(Opcode.INST);
  }

  private InvalidInput refused(String global) {
    String name = PickleInput.printable(global);
    boolean isClass = global.matches("(?s).*\\.[A-Z][^.]*");
    return in.error(
        "refers to %s; only tensors and plain containers are read%s",
        name,
        isClass
            ? " (a network pickled as a whole has to be saved anew by who made it, as"
                + " torch.save(model.state_dict(), FILE))"
            : "");
  }

  private InvalidInput refused(Opcode opcode) {
    return in.error(
        "uses the pickle opcode %s; only tensors and plain containers are read", opcode);
  }

  private void push(Object value) {
    if (++values > MOST_VALUES) {
      throw in.error("makes more than %,d values; no checkpoint of a network does", MOST_VALUES);
    }
    stack.add(value);
  }

  private void mark() {
    if (++values > MOST_VALUES) throw in.error("nests more than %,d marks", MOST_VALUES);
    marks.push(stack.size());
  }

  private int floor() {
    return marks.isEmpty() ? 0 : marks.peek();
  }

  private Object pop() {
    if (stack.size() <= floor()) throw in.broken("its stack is empty");
    return stack.remove(stack.size() - 1);
  }

  private Object peek() {
    if (stack.size() <= floor()) throw in.broken("its stack is empty");
    return stack.get(stack.size() - 1);
  }

  private void drop() {
    if (!marks.isEmpty() && stack.size() == floor()) marks.pop();
    else pop();
  }

  private List<Object> popToMark() {
    if (marks.isEmpty()) throw in.broken("a mark is missing");
    List<Object> top = stack.subList(marks.pop(), stack.size());
    List<Object> items = new ArrayList<>(top);
    top.clear();
    return items;
  }

  private void pushTuple(int size) {
    Object[] items = new Object[size];
    for (int i = size - 1; i >= 0; i--) items[i] = pop();
    push(new Tuple(List.of(items)));
  }

  private List<Object> tuple(Object value) {
    if (value instanceof Tuple tuple) return tuple.items();
    throw in.broken("a call without arguments");
  }

  @SuppressWarnings("unchecked") // Every list on the stack was made here.
  private void append(List<Object> items) {
    if (!(peek() instanceof List<?> list)) throw in.broken("items for what is no list");
    ((List<Object>) list).addAll(items);
  }

  @SuppressWarnings("unchecked") // Every map on the stack was made here.
  private void setItems(List<Object> items) {
    if (!(peek() instanceof Map<?, ?> map)) throw in.broken("entries for what is no dictionary");
    if (items.size() % 2 != 0) throw in.broken("a key without a value");
    for (int i = 0; i < items.size(); i += 2) {
      ((Map<Object, Object>) map).put(Globals.key(items.get(i)), items.get(i + 1));
    }
  }

  private void put(long index) {
    memo.put(index, peek());
  }

  private void get(long index) {
    Object value = memo.get(index);
    if (value == null) throw in.broken("value %d was never stored", index);
    push(value);
  }

  private static Object textInteger(String text) {
    if (text.equals("00")) return false;
    if (text.equals("01")) return true;
    return number(new BigInteger(text));
  }

  private static Object textFloat(String text) {
    return switch (text) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      case "nan" -> Double.NaN;
      default -> Double.parseDouble(text);
    };
  }

  private static Object number(BigInteger value) {
    return value.bitLength() < 64 ? (Object) value.longValue() : value;
  }
}
