using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSolid.Client.Tests;

/// <summary>
/// What the client sends and reads, to be compared with the OpenAPI document: each method is called with all arguments,
/// with the required ones, and with each optional one alone; the models are read by reflection.
/// </summary>
internal static class Description
{
    private static readonly NullabilityInfoContext Nullability = new();
    private static readonly Assembly Library = typeof(CrmSolidClient).Assembly;

    public static async Task<object> MakeAsync()
    {
        MethodInfo me = typeof(CrmSolidClient).GetMethod(nameof(CrmSolidClient.MeAsync))!;
        var methods = new List<object> { await DescribeAsync(me.Name, client => client, me) };
        foreach (PropertyInfo resource in typeof(CrmSolidClient).GetProperties())
        {
            foreach (MethodInfo method in resource.PropertyType.GetMethods().Where(IsOperation))
            {
                string name = $"{resource.Name}.{method.Name}";
                methods.Add(await DescribeAsync(name, client => resource.GetValue(client)!, method));
            }
        }
        Type[] types = Library.GetExportedTypes();
        return new
        {
            methods,
            models = types.Where(type => type.IsSubclassOf(typeof(ApiModel)) && !type.IsAbstract && !type.IsGenericType)
                .ToDictionary(type => type.Name, Members),
            inputs = new[] { typeof(ContactFields), typeof(Audience), typeof(BroadcastDraft) }
                .ToDictionary(type => type.Name, Members),
            values = types.Where(IsStringValue).ToDictionary(type => type.Name, type => type
                .GetProperties(BindingFlags.Static | BindingFlags.Public)
                .Select(property => property.GetValue(null)!.ToString())),
        };
    }

    // Waiting for a job asks for it again and again, and a sync is a list: they are no operations of their own.
    private static bool IsOperation(MethodInfo method) =>
        method.IsVirtual && method.Name.EndsWith("Async")
        && method.Name is not (nameof(JobsClient.WaitAsync) or nameof(ContactsClient.SyncAsync));

    private static async Task<object> DescribeAsync(
        string name, Func<CrmSolidClient, object> resource, MethodInfo method)
    {
        ParameterInfo[] optional = method.GetParameters().Where(parameter => parameter.IsOptional).ToArray();
        IEnumerable<ParameterInfo>[] choices = [optional, [], .. optional.Select(one => new[] { one })];
        var calls = new List<object>();
        foreach (IEnumerable<ParameterInfo> given in choices)
        {
            calls.Add(await CallAsync(resource, method, given.ToHashSet()));
        }
        Type? result = method.ReturnType.GetGenericArguments().FirstOrDefault();
        bool isWholeList = result is { IsGenericType: true };
        return new
        {
            name,
            calls,
            list = isWholeList || method.ReturnType.Name == typeof(Pageable<>).Name,
            result = (isWholeList ? result!.GetGenericArguments()[0] : result)?.Name,
        };
    }

    // The server refuses every request, so that no answer has to be made up and nothing is repeated.
    private static async Task<object> CallAsync(
        Func<CrmSolidClient, object> resource, MethodInfo method, HashSet<ParameterInfo> given)
    {
        var server = new FakeServer().Refuse(401, "token_invalid");
        object?[] arguments = method.GetParameters()
            .Select(one => one.IsOptional && !given.Contains(one) ? Type.Missing : Sample(one.ParameterType, one.Name!))
            .ToArray();
        object? result = method.Invoke(
            resource(server.Client()), BindingFlags.OptionalParamBinding, null, arguments, null);
        try
        {
            await CompleteAsync(result!, isFull: given.Count > 0);
        }
        catch (AuthenticationFailedException)
        {
            // as planned
        }
        Sent sent = server.Requests.Single();
        return new { line = sent.Line, headers = sent.Headers, body = sent.Body };
    }

    private static async Task CompleteAsync(object result, bool isFull)
    {
        if (result is Task task)
        {
            await task;
            return;
        }
        // A Pageable<T> or an IAsyncEnumerable<T>: read its first item.
        if (result.GetType().GetMethod("AsPages") is { } pages)
        {
            object?[] place = isFull ? ["cursor", 7, CancellationToken.None] : [null, null, CancellationToken.None];
            result = pages.Invoke(result, place)!;
        }
        Type enumerable = result.GetType().GetInterfaces().Single(type =>
            type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>));
        object enumerator = enumerable.GetMethod("GetAsyncEnumerator")!.Invoke(result, [CancellationToken.None])!;
        MethodInfo next = typeof(IAsyncEnumerator<>).MakeGenericType(enumerable.GetGenericArguments()).GetMethod("MoveNextAsync")!;
        await (ValueTask<bool>)next.Invoke(enumerator, null)!;
    }

    private static object Sample(Type type, string name)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>))
        {
            object inner = Sample(type.GetGenericArguments()[0], name);
            return type.GetMethod("op_Implicit")!.Invoke(null, [inner])!;
        }
        if (IsStringValue(type))
        {
            return Activator.CreateInstance(type, name)!;
        }
        if (type.IsGenericType && type.GetGenericArguments() is [var item] && type.IsAssignableTo(typeof(IEnumerable)))
        {
            Array items = Array.CreateInstance(item, 1);
            items.SetValue(Sample(item, name), 0);
            return items;
        }
        return type switch
        {
            _ when type == typeof(string) => name,
            _ when type == typeof(long) => 7421L,
            _ when type == typeof(int) => 7,
            _ when type == typeof(bool) => true,
            _ when type == typeof(DateTimeOffset) => DateTimeOffset.UnixEpoch,
            _ when type == typeof(TimeSpan) => TimeSpan.FromSeconds(60),
            _ when type == typeof(CancellationToken) => CancellationToken.None,
            _ when type == typeof(Action<string>) => new Action<string>(_ => { }),
            _ when type == typeof(Stream) => new MemoryStream("username\nsarah\n"u8.ToArray()),
            _ when type == typeof(Condition) => Condition.Where("tag", ConditionOperator.Is, "vip"),
            _ when type == typeof(SendingWindow) => new SendingWindow { Days = ["mon"], From = "09:00", To = "18:00" },
            _ when type == typeof(IReadOnlyDictionary<string, string>) => new Dictionary<string, string> { ["A"] = "name" },
            _ when type == typeof(IReadOnlyDictionary<string, object>) => new Dictionary<string, object?> { ["city"] = 5 },
            _ => Filled(Activator.CreateInstance(type)!),
        };
    }

    private static object Filled(object model)
    {
        foreach (PropertyInfo property in model.GetType().GetProperties())
        {
            property.SetValue(model, Sample(property.PropertyType, property.Name));
        }
        return model;
    }

    private static Dictionary<string, object> Members(Type type) => type
        .GetProperties(BindingFlags.Instance | BindingFlags.Public)
        .Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>()?.Condition != JsonIgnoreCondition.Always
            && property.GetCustomAttribute<JsonExtensionDataAttribute>() is null)
        .ToDictionary(
            property => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name
                ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name),
            property => (object)new
            {
                type = TypeName(property.PropertyType),
                nullable = Nullability.Create(property).ReadState == NullabilityState.Nullable,
                required = property.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is not null,
            });

    private static string TypeName(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsGenericType)
        {
            string arguments = TypeName(type.GetGenericArguments()[^1]);
            return type.GetGenericTypeDefinition() switch
            {
                var open when open == typeof(IReadOnlyDictionary<,>) => $"map:{arguments}",
                var open when open == typeof(IReadOnlyList<>) => $"list:{arguments}",
                var open when open == typeof(Optional<>) => $"optional:{arguments}",
                _ => throw new InvalidOperationException($"no name for {type}"),
            };
        }
        return type switch
        {
            _ when type == typeof(string) => "string",
            _ when type == typeof(long) || type == typeof(int) => "integer",
            _ when type == typeof(double) => "number",
            _ when type == typeof(bool) => "boolean",
            _ when type == typeof(DateTimeOffset) => "date-time",
            _ when type == typeof(JsonElement) || type == typeof(object) => "any",
            _ => $"{(IsStringValue(type) ? "value" : "model")}:{type.Name}",
        };
    }

    private static bool IsStringValue(Type type) =>
        type.IsValueType && type.Assembly == Library && type.GetInterfaces().Any(one => one.Name.StartsWith("IStringValue"));
}
