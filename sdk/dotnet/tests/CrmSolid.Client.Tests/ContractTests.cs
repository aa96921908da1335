using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using System.Web;
using Xunit;

namespace CrmSolid.Client.Tests;

/// <summary>
/// Each method against docs/openapi.json: it is called with everything that it can be given, on a server that refuses.
/// </summary>
public sealed class ContractTests
{
    private static readonly JsonElement Document =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "openapi.json"))).RootElement;

    private static readonly List<Operation> Operations = Document.GetProperty("paths").EnumerateObject()
        .OrderBy(path => path.Name.Replace('{', '~'), StringComparer.Ordinal) // /v1/contacts/export is not a contact
        .SelectMany(path => path.Value.EnumerateObject().Select(method => new Operation(
            method.Value.GetProperty("operationId").GetString()!,
            new($"^{method.Name.ToUpperInvariant()} {Regex.Replace(path.Name, @"\{\w+\}", "[^/?]+")}(\\?|$)"),
            method.Value)))
        .ToList();

    // The members of a condition that are conditions.
    private static readonly HashSet<string> Recursive = ["all", "any", "not"];

    // The webhook of a ping is only for a try. A sequence is replaced by what GET answers, which has members that stay. A
    // preview of a broadcast has an operation of its own.
    private static readonly Regex Known = new(
        @"EventData: webhook is missing|^replace_sequence: (created_at|id|status|updated_at|version) is missing"
        + "|^start_broadcast: preview is missing");

    private static readonly Lazy<Task<ILookup<Operation, Call>>> Calls = new(CallAllAsync);

    private sealed record Operation(string Id, Regex Line, JsonElement Description)
    {
        /// <summary>The names of the parameters in the query or in the headers.</summary>
        public IEnumerable<string> Parameters(string place) =>
            !Description.TryGetProperty("parameters", out JsonElement all) ? [] : all.EnumerateArray()
                .Where(one => one.GetProperty("in").GetString() == place)
                .Select(one => one.GetProperty("name").GetString()!);

        public IEnumerable<JsonElement> Body(string type) =>
            Description.TryGetProperty("requestBody", out JsonElement body) ? Content(body, type) : [];

        public IEnumerable<JsonElement> Answers() => Description.GetProperty("responses").EnumerateObject()
            .Where(response => response.Name[0] == '2')
            .SelectMany(response => Content(response.Value, "application/json"))
            .SelectMany(answer => answer.TryGetProperty("anyOf", out JsonElement parts) ? parts.EnumerateArray().ToArray() : [answer]);

        private static IEnumerable<JsonElement> Content(JsonElement body, string type) =>
            body.TryGetProperty("content", out JsonElement content) && content.TryGetProperty(type, out JsonElement typed)
                ? [typed.GetProperty("schema")]
                : [];
    }

    /// <summary>A method that was called, what it sent, and the model of its answer or of an item of its list.</summary>
    private sealed record Call(string Method, Sent Sent, Type? Model, bool IsList)
    {
        public IEnumerable<string> Query => HttpUtility.ParseQueryString(Sent.Line.Split('?').ElementAtOrDefault(1) ?? "")
            .AllKeys.Select(name => name!);

        public bool IsJson => Sent.Headers.GetValueOrDefault("content-type") == "application/json";
    }

    [Fact]
    public async Task Every_operation_has_a_method()
    {
        ILookup<Operation, Call> calls = await Calls.Value;
        Assert.Empty(Operations.Where(operation => !calls.Contains(operation)).Select(operation => operation.Id));
    }

    [Fact]
    public Task Methods_send_the_documented_query_parameters() => CheckAsync((operation, calls) =>
        Differences(calls.SelectMany(call => call.Query), operation.Parameters("query"), operation.Id));

    [Fact]
    public Task Methods_send_the_documented_headers() => CheckAsync((operation, calls) => operation.Parameters("header")
        .Where(name => name switch
        {
            "Range" or "X-Request-Id" => false, // a download sets the first by itself
            "If-Match" => operation.Parameters("header").Contains("Idempotency-Key"), // there is no use for it in a read
            "If-None-Match" => operation.Id == "create_contact",
            _ => true,
        })
        .Where(name => !calls.Any(call => call.Sent.Headers.ContainsKey(name.ToLowerInvariant())))
        .Select(name => $"{operation.Id}: {name} is missing"));

    [Fact]
    public Task Methods_send_the_documented_bodies() => CheckAsync((operation, calls) => Compare(
        calls.Where(call => call.IsJson).Select(call => JsonDocument.Parse(call.Sent.Body!).RootElement),
        operation.Body("application/json"),
        operation.Id));

    [Fact]
    public Task Methods_send_the_documented_forms() => CheckAsync((operation, calls) => Differences(
        calls.SelectMany(call => Regex.Matches(call.Sent.Body ?? "", "form-data; name=\"?(\\w+)").Select(match => match.Groups[1].Value)),
        operation.Body("multipart/form-data").SelectMany(Alternatives).SelectMany(Properties).Select(member => member.Name),
        operation.Id));

    [Fact]
    public Task Methods_read_the_documented_answers() => CheckAsync((operation, calls) => calls
        .Where(call => call.Model?.IsSubclassOf(typeof(ApiModel)) == true)
        .SelectMany(call => operation.Answers()
            .Select(answer => Compare(call.Model!, call.IsList ? Items(answer) : Alternatives(answer), call.Method, []).ToArray())
            .MinBy(problems => problems.Length)!));

    private static async Task CheckAsync(Func<Operation, IEnumerable<Call>, IEnumerable<string>> check)
    {
        IEnumerable<string> problems = (await Calls.Value).SelectMany(group => check(group.Key, group))
            .Where(problem => !Known.IsMatch(problem));
        Assert.True(!problems.Any(), string.Join('\n', problems));
    }

    private static IEnumerable<string> Differences(IEnumerable<string> ours, IEnumerable<string> documented, string where) =>
    [
        .. ours.Except(documented).Select(name => $"{where}: {name} is not documented"),
        .. documented.Except(ours).Select(name => $"{where}: {name} is missing"),
    ];

    /// <summary>All members are sent by some call, and no others.</summary>
    private static IEnumerable<string> Compare(
        IEnumerable<JsonElement> sent, IEnumerable<JsonElement> schemas, string where)
    {
        ILookup<string, JsonElement> documented = Members(schemas), given = sent
            .Where(value => value.ValueKind == JsonValueKind.Object)
            .SelectMany(value => value.EnumerateObject())
            .ToLookup(member => member.Name, member => member.Value);
        if (documented.Count == 0)
        {
            return []; // an open object, such as the values of custom fields
        }
        return Differences(given.Select(member => member.Key), documented.Select(member => member.Key), where)
            .Concat(given.Where(member => !Recursive.Contains(member.Key)).SelectMany(member => Compare(
                member.SelectMany(ElementsOrItself),
                documented[member.Key].SelectMany(ItemsOrItself),
                $"{where}.{member.Key}")));
    }

    /// <summary>A model has all members, and no others.</summary>
    private static IEnumerable<string> Compare(
        Type type, IEnumerable<JsonElement> schemas, string where, HashSet<Type> compared)
    {
        type = type.IsGenericType && type.IsAssignableTo(typeof(IEnumerable)) ? type.GetGenericArguments()[^1] : type;
        if (!type.IsSubclassOf(typeof(ApiModel)) || !compared.Add(type))
        {
            return [];
        }
        ILookup<string, JsonElement> documented = Members(schemas.SelectMany(ItemsOrItself));
        Dictionary<string, Type> read = Settable(type).ToDictionary(
            property => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name
                ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name),
            property => property.PropertyType);
        return Differences(read.Keys, documented.Select(member => member.Key), $"{where}: {type.Name}")
            .Concat(read.SelectMany(member => Compare(member.Value, documented[member.Key], where, compared)));
    }

    private static IEnumerable<JsonElement> ElementsOrItself(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];

    private static IEnumerable<JsonElement> Items(JsonElement page) => Members([page])["data"].SelectMany(ItemsOrItself);

    private static IEnumerable<JsonElement> ItemsOrItself(JsonElement schema) => Alternatives(schema)
        .SelectMany(one => one.TryGetProperty("items", out JsonElement items)
            || one.TryGetProperty("additionalProperties", out items) && items.ValueKind == JsonValueKind.Object
            ? Alternatives(items)
            : [one]);

    private static ILookup<string, JsonElement> Members(IEnumerable<JsonElement> schemas) => schemas
        .SelectMany(Alternatives).SelectMany(Properties).ToLookup(member => member.Name, member => member.Value);

    private static IEnumerable<JsonProperty> Properties(JsonElement schema) =>
        schema.TryGetProperty("properties", out JsonElement properties) ? properties.EnumerateObject() : [];

    /// <summary>The schema and everything that it refers to or is made of.</summary>
    private static IEnumerable<JsonElement> Alternatives(JsonElement schema)
    {
        if (schema.TryGetProperty("$ref", out JsonElement reference))
        {
            string name = reference.GetString()!.Split('/')[^1];
            return Alternatives(Document.GetProperty("components").GetProperty("schemas").GetProperty(name));
        }
        return new[] { "allOf", "oneOf", "anyOf" }
            .SelectMany(name => schema.TryGetProperty(name, out JsonElement parts) ? parts.EnumerateArray() : default)
            .SelectMany(Alternatives)
            .Prepend(schema);
    }

    /// <summary>The methods that make a call, each with the part of the client that has it.</summary>
    internal static IEnumerable<(Func<CrmSolidClient, object> Resource, MethodInfo Method)> Methods()
    {
        yield return (client => client, typeof(CrmSolidClient).GetMethod("MeAsync")!);
        foreach (PropertyInfo resource in typeof(CrmSolidClient).GetProperties())
        {
            // A follower reads a list, from a position that is not any text.
            foreach (MethodInfo method in resource.PropertyType.GetMethods().Where(method =>
                method.IsVirtual && method.Name.EndsWith("Async") && method.Name != nameof(EventsClient.FollowAsync)))
            {
                yield return (client => resource.GetValue(client)!, method);
            }
        }
    }

    /// <summary>A value for each argument of a method.</summary>
    internal static object?[] Arguments(MethodInfo method) =>
        method.GetParameters().Select(one => Sample(one.ParameterType, one.Name!)).ToArray();

    /// <summary>The id of the operation that a request is for.</summary>
    internal static string? OperationOf(string line) =>
        Operations.FirstOrDefault(operation => operation.Line.IsMatch(line))?.Id;

    private static async Task<ILookup<Operation, Call>> CallAllAsync()
    {
        var calls = new List<Call>();
        foreach (var (resource, method) in Methods())
        {
            calls.Add(await CallAsync(resource, method));
        }
        return calls.ToLookup(call => Operations.FirstOrDefault(operation => operation.Line.IsMatch(call.Sent.Line))
            ?? throw new InvalidOperationException($"{call.Method} sends {call.Sent.Line}"));
    }

    // The server refuses every request, so that no answer has to be made up and nothing is repeated.
    private static async Task<Call> CallAsync(Func<CrmSolidClient, object> resource, MethodInfo method)
    {
        var server = new FakeServer().Refuse(401, "token_invalid");
        object result = method.Invoke(resource(server.Client()), Arguments(method))!;
        await Assert.ThrowsAsync<AuthenticationFailedException>(() => CompleteAsync(result));
        Type? model = method.ReturnType.GetGenericArguments().FirstOrDefault();
        bool isWholeList = model is { IsGenericType: true };
        return new Call(
            $"{method.DeclaringType!.Name}.{method.Name}",
            server.Requests.Single(),
            isWholeList ? model!.GetGenericArguments()[0] : model,
            isWholeList || !method.ReturnType.IsAssignableTo(typeof(Task)));
    }

    private static async Task CompleteAsync(object result)
    {
        if (result is Task task)
        {
            await task;
            return;
        }
        if (result.GetType().GetMethod("AsPages") is { } pages)
        {
            result = pages.Invoke(result, ["cursor", 7, CancellationToken.None])!;
        }
        Type items = result.GetType().GetInterfaces().Single(type => type.Name == "IAsyncEnumerable`1");
        object enumerator = items.GetMethod("GetAsyncEnumerator")!.Invoke(result, [CancellationToken.None])!;
        Type type = typeof(IAsyncEnumerator<>).MakeGenericType(items.GetGenericArguments());
        await (ValueTask<bool>)type.GetMethod("MoveNextAsync")!.Invoke(enumerator, null)!;
    }

    /// <summary>A value of this type with everything set that can be set.</summary>
    private static object? Sample(Type type, string name)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsGenericType && type.GetGenericArguments() is [.., var item])
        {
            return type.Name switch
            {
                "Optional`1" => type.GetMethod("op_Implicit")!.Invoke(null, [Sample(item, name)]),
                "IReadOnlyDictionary`2" => typeof(ContractTests).GetMethod(nameof(OneValue), BindingFlags.NonPublic | BindingFlags.Static)!
                    .MakeGenericMethod(item).Invoke(null, [Sample(item, name)]),
                "Action`1" or "Func`2" => null,
                _ => Items(item, name),
            };
        }
        if (type.IsValueType && type.GetInterfaces().Any(one => one.Name.StartsWith("IStringValue")))
        {
            return Activator.CreateInstance(type, name);
        }
        return type switch
        {
            _ when type == typeof(string) => name,
            _ when type == typeof(long) => 7421L,
            _ when type == typeof(int) => 7,
            _ when type == typeof(double) => 7.5,
            _ when type == typeof(bool) => true,
            _ when type == typeof(object) => 5,
            _ when type == typeof(JsonElement) => JsonDocument.Parse("5").RootElement,
            _ when type == typeof(DateTimeOffset) => DateTimeOffset.UnixEpoch,
            _ when type == typeof(TimeSpan) => TimeSpan.FromSeconds(60),
            _ when type == typeof(Stream) => new MemoryStream("username\nsarah\n"u8.ToArray()),
            _ when type == typeof(CancellationToken) => CancellationToken.None,
            _ when type.IsInterface => null,
            _ when type == typeof(Condition) && Recursive.Contains(name.ToLowerInvariant()) => Condition.Where("tag", ConditionOperator.Is, "vip"),
            _ => Filled(Activator.CreateInstance(type)!),
        };
    }

    private static Dictionary<string, T> OneValue<T>(T value) => new() { ["A"] = value };

    private static Array Items(Type item, string name)
    {
        Array items = Array.CreateInstance(item, 1);
        items.SetValue(Sample(item, name), 0);
        return items;
    }

    private static object Filled(object value)
    {
        // A key that is given stands in the test of idempotency keys; here the client makes one. A position is the client's own.
        foreach (PropertyInfo property in Settable(value.GetType())
            .Where(one => one.Name is not ("IdempotencyKey" or "Position")))
        {
            property.SetValue(value, Sample(property.PropertyType, property.Name));
        }
        return value;
    }

    private static IEnumerable<PropertyInfo> Settable(Type type) => type
        .GetProperties(BindingFlags.Instance | BindingFlags.Public)
        .Where(property => property.SetMethod?.IsPublic == true
            && property.GetCustomAttribute<JsonIgnoreAttribute>()?.Condition != JsonIgnoreCondition.Always
            && property.GetCustomAttribute<JsonExtensionDataAttribute>() is null);
}
